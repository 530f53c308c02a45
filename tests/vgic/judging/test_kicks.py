# SPDX-License-Identifier: GPL-2.0-only
"""Is a kick found that nobody needs, and none that is needed, where it is asked for?"""

from collections.abc import Callable

import pytest

from harness import Failed, Failure, OsThreads, Scheduler, execute
from harness.engine.strategy import Quiet
from harness.search.strategies import MIX
from stress.executions import Target, run_index
from stress.scenarios import SCENARIOS
from vgic import NEEDLESS_KICK, Mechanism, Reference
from vgic.data import KVM_REQ_IRQ_PENDING, KVM_REQ_SLEEP, Kvm, Vcpu, VgicIrq
from vgic.judging.judges import Judges

Look = Callable[..., Failure | None]


@pytest.fixture
def looks(pinned: OsThreads) -> Look:
    """Run executions until one fails, with or without the check; return the failure or None."""

    def look(
        kernel: type[Mechanism], scenario: str, executions: int, *, kicks: bool = True
    ) -> Failure | None:
        target = Target(cls=kernel, kicks=kicks)
        for index in range(executions):
            single = run_index(SCENARIOS[scenario], 3, index, MIX, target, pinned)
            if isinstance(single.execution.outcome, Failed):
                return single.execution.outcome.failure
        return None

    return look


class KicksAll(Reference):
    """Whatever is pending, everybody is to look whether it is for him."""

    def announce_pending(self, vcpu: Vcpu) -> None:
        for each in self.kvm.vcpus:
            self.kvm_make_request(KVM_REQ_IRQ_PENDING, each)
            self.kvm_vcpu_kick(each)


class KicksTheOldOwner(Reference):
    """The vCPU whose list the interrupt is on is kicked beside the one that it is for."""

    def vgic_mmio_write_irouter(self, irq: VgicIrq, target: Vcpu) -> None:
        super().vgic_mmio_write_irouter(irq, target)
        irqs_were_off = irq.irq_lock.lock_irqsave()
        owner = irq.vcpu
        irq.irq_lock.unlock_irqrestore(irqs_were_off)
        if owner is not None:
            self.announce_pending(owner)


class RecallsTheDisabled(Reference):
    """What was disabled is fetched out of its list register at once."""

    def vgic_mmio_write_cenable(self, irq: VgicIrq) -> None:
        super().vgic_mmio_write_cenable(irq)
        irqs_were_off = irq.irq_lock.lock_irqsave()
        owner = irq.vcpu
        irq.irq_lock.unlock_irqrestore(irqs_were_off)
        if owner is not None:
            self.announce_pending(owner)


class KicksTwice(Reference):
    """One announcement is two, in case the first is missed."""

    def announce_pending(self, vcpu: Vcpu) -> None:
        super().announce_pending(vcpu)
        super().announce_pending(vcpu)


NEEDLESS = [
    (KicksAll, "migration_ping_pong"),
    (KicksTheOldOwner, "migration_ping_pong"),
    (RecallsTheDisabled, "random_program"),
    (KicksTwice, "inject_while_eoicount"),
]


@pytest.mark.parametrize(("kernel", "scenario"), NEEDLESS)
def test_a_kick_that_nobody_needs_is_found_where_it_is_asked_for(
    looks: Look, kernel: type[Mechanism], scenario: str
) -> None:
    failure = looks(kernel, scenario, 300)
    assert failure is not None
    assert (failure.kind, failure.functions) == (NEEDLESS_KICK, ("kvm_vcpu_kick",))
    assert looks(kernel, scenario, 30, kicks=False) is None, "a dear design is no wrong one"


class KicksUnderTheLock(Reference):
    """Right: whoever pends an interrupt kicks its vCPU at once, with irq_lock still held."""

    def vgic_mmio_write_spending(self, irq: VgicIrq) -> None:
        irqs_were_off = irq.irq_lock.lock_irqsave()
        irq.pending_latch = True
        vcpu = self.vgic_target_oracle(irq)
        if vcpu is not None:
            self.announce_pending(vcpu)
        self.vgic_queue_irq_unlock(irq, irqs_were_off)


def test_who_holds_the_lock_knows_whom_it_concerns(looks: Look) -> None:
    assert looks(KicksUnderTheLock, "random_program", 200) is None


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_the_reference_kicks_nobody_for_nothing(looks: Look, scenario: str) -> None:
    assert looks(Reference, scenario, 40) is None


@pytest.mark.parametrize("other", [False, True])
def test_a_paused_vcpu_is_kicked_for_nothing_by_anybody_but_its_halter(
    carriers: OsThreads, other: bool
) -> None:
    def program(scheduler: Scheduler) -> None:
        kvm = Kvm(scheduler, nr_lr=1, nr_vcpus=2)
        Judges(kvm, kicks=True)
        vcpu = kvm.vcpus[1]

        def body() -> None:
            vcpu.pause.value = 1
            if not other:
                vcpu.requests.make(KVM_REQ_SLEEP)
            vcpu.ipi.send()

        scheduler.thread("vcpu0", body)

    outcome = execute(program, Quiet(), carriers).outcome
    assert isinstance(outcome, Failed) is other
    if isinstance(outcome, Failed):
        assert outcome.failure.kind == NEEDLESS_KICK
