# SPDX-License-Identifier: GPL-2.0-only
"""Does a VM end when the last has closed it and nobody injects, and is all of it freed?"""

from collections.abc import Callable, Sequence

import pytest

from harness import Execution, Failed, Failure, OsThreads, Passed, Scheduler, execute
from harness.engine.strategy import Quiet
from harness.engine.trace import entry_text
from vgic import Machine, Mechanism, Parameters, Reference
from vgic.composition import compose
from vgic.data import (
    CLOSE,
    CONTEXTS,
    FIRST_LPI,
    WAIT,
    Config,
    HostEvent,
    Kvm,
    Lifetime,
    Program,
    Pulse,
    Vcpu,
)
from vgic.parameters import Irq
from vgic.tracepoints import announcer

FirstFailure = Callable[..., Failure | None]
RunMachine = Callable[..., tuple[Execution, Machine]]
OUTLIVE = compose(Reference, ["irqfds_outlive_vm"])


def mortal(
    scheduler: Scheduler, kernel: type[Mechanism] = Reference, nr_vcpus: int = 1
) -> Mechanism:
    """Return a kernel over a VM with a lifetime, an SPI, and a PPI of vCPU 0."""
    kvm = Kvm(scheduler, nr_lr=1, nr_vcpus=nr_vcpus)
    kvm.lifetime = Lifetime(kvm.order, nr_vcpus)
    for intid in (32, 20):
        kvm.add_irq(intid, Config.EDGE, 0x80, 0)
    built = kernel(kvm, announcer())
    for vcpu in kvm.vcpus:
        built.kvm_vgic_vcpu_init(vcpu)
    return built


def lifetime_of(kernel: Mechanism) -> Lifetime:
    assert kernel.kvm.lifetime is not None
    return kernel.kvm.lifetime


def outcome_of(
    *threads: tuple[str, Callable[[Mechanism], None]],
    kernel: type[Mechanism] = Reference,
    nr_vcpus: int = 1,
) -> Execution:
    """Run threads over a VM, each until it has to wait."""

    def program(scheduler: Scheduler) -> None:
        built = mortal(scheduler, kernel, nr_vcpus)
        for role, body in threads:
            scheduler.thread(role, lambda body=body: body(built))  # type: ignore[misc]

    with OsThreads(pinned=False) as carriers:
        return execute(program, Quiet(), carriers)


def kind_of(execution: Execution) -> str | None:
    outcome = execution.outcome
    return outcome.failure.kind if isinstance(outcome, Failed) else None


@pytest.mark.parametrize("nr_vcpus", [1, 3])
def test_the_last_who_closes_it_destroys_it_and_nobody_before(nr_vcpus: int) -> None:
    def body(kernel: Mechanism) -> None:
        seen = []
        for _ in range(nr_vcpus):
            kernel.kvm_put_kvm()
            seen.append(lifetime_of(kernel).is_destroyed)
        kernel.kvm_vm_release()
        seen.append(lifetime_of(kernel).is_destroyed)
        assert seen == [*[False] * nr_vcpus, True]

    assert isinstance(outcome_of(("vcpu0", body), nr_vcpus=nr_vcpus).outcome, Passed)


def test_what_is_on_a_list_is_forgotten_and_freed_with_the_rest() -> None:
    def body(kernel: Mechanism) -> None:
        first = kernel.kvm.vcpus[0]
        for intid in (32, 20):
            kernel.kvm_vgic_inject_irq(first, intid, level=True)
        assert not first.vgic_cpu.ap_list_head.empty
        kernel.kvm_vm_release()
        kernel.kvm_put_kvm()
        assert first.vgic_cpu.ap_list_head.next is first.vgic_cpu.ap_list_head
        lives = lifetime_of(kernel).irqs.lives
        assert [life.name for life in lives if life.freed is not None] == [
            *("vgic_irq[spi 32]", "vgic_irq[ppi 20 of vcpu 0]"),
        ]

    assert isinstance(outcome_of(("vcpu0", body)).outcome, Passed)


class FreesNoSpis(Reference):
    """The distributor's interrupts are forgotten."""

    def kvm_vgic_destroy(self) -> None:
        for vcpu in self.kvm.vcpus:
            self.kvm_vgic_vcpu_destroy(vcpu)


class FreesNoPrivateOnes(Reference):
    """Those of vCPUs are forgotten."""

    def kvm_vgic_vcpu_destroy(self, vcpu: Vcpu) -> None:
        self.kvm_vgic_vcpu_init(vcpu)


class FreesBothTwice(Reference):
    """The VM is destroyed by each who closes it."""

    def kvm_put_kvm(self) -> None:
        self.kvm_vgic_destroy()


def closed_by_both(kernel: Mechanism) -> None:
    kernel.kvm_vm_release()
    kernel.kvm_put_kvm()


@pytest.mark.parametrize(
    ("kernel", "found"),
    [
        (Reference, None),
        (FreesNoSpis, "memory leak"),
        (FreesNoPrivateOnes, "memory leak"),
        (FreesBothTwice, "double free"),
    ],
)
def test_each_is_freed_once(kernel: type[Mechanism], found: str | None) -> None:
    assert kind_of(outcome_of(("vcpu0", closed_by_both), kernel=kernel)) == found


def injects(kernel: Mechanism) -> None:
    """Inject by an irqfd; the one who shuts it down comes in between."""
    irq = kernel.kvm.get_vcpu_irq(None, 32)
    assert irq is not None
    with lifetime_of(kernel).of_irqfd() as is_there:
        if is_there:
            for _ in range(3):
                irq.irq_lock.lock_irqsave()
                irq.pending_latch = True
                irq.irq_lock.unlock_irqrestore(False)


@pytest.mark.parametrize("kernel", [Reference, OUTLIVE])
def test_who_injects_as_irqfds_are_shut_down_is_waited_for(kernel: type[Mechanism]) -> None:
    """He stands in the middle of it when the VM is closed."""

    class InBetween(Quiet):
        """Goes over to the other at the second lock."""

        next_point = 0

        def pick(self, step: int, me: object, options: Sequence[object]) -> int:
            role, at = getattr(me, "role", ""), str(getattr(me, "op", ""))
            return int(role == "dev0" and at.startswith("lock irq_lock") and len(options) > 1)

    def program(scheduler: Scheduler) -> None:
        built = mortal(scheduler, kernel)
        scheduler.thread("dev0", lambda: injects(built))
        scheduler.thread("host0", lambda: closed_by_both(built))

    with OsThreads(pinned=False) as carriers:
        execution = execute(program, InBetween(), carriers)
    assert kind_of(execution) == ("use after free" if kernel is OUTLIVE else None)


def test_nobody_injects_by_an_irqfd_that_is_shut_down() -> None:
    def body(kernel: Mechanism) -> None:
        kernel.kvm_irqfd_release()
        with lifetime_of(kernel).of_irqfd() as is_there:
            assert not is_there
        closed_by_both(kernel)

    assert isinstance(outcome_of(("host0", body)).outcome, Passed)


def machine(pause: int, *, context: str = "", waits: bool = False) -> Parameters:
    """Two vCPUs, and a device that injects all the time; the VM is closed after so many steps."""
    guest = Program((WAIT,) if waits else (), (0,))
    return Parameters(
        nr_lr=1,
        irqs=tuple(
            Irq(intid, Config.EDGE, 0x80, vcpu) for intid, vcpu in ((32, 0), (33, 1), (20, 1))
        ),
        guests=(guest, guest),
        devices=(tuple(Pulse(32 + n % 2, True, 2, 0, context) for n in range(12)),),
        host=(HostEvent(CLOSE, 0, pause),),
    )


@pytest.mark.parametrize("context", ["", *CONTEXTS])
@pytest.mark.parametrize("waits", [False, True])
@pytest.mark.parametrize("pause", [0, 7, 40, 200])
def test_a_machine_may_end_at_any_time(
    run_machine: RunMachine, context: str, waits: bool, pause: int
) -> None:
    execution, built = run_machine(machine(pause, context=context, waits=waits))
    assert isinstance(execution.outcome, Passed), execution.outcome
    assert lifetime_of(built.kernel).is_destroyed
    told = [entry_text(each) for each in execution.trace]
    frees = [at for at, each in enumerate(told) if each.startswith("free ")]
    assert len(frees) == 3
    assert not any("irq_lock" in each for each in told[frees[0] :]), "which nobody takes any more"


@pytest.mark.parametrize("pause", [0, 7, 40, 200])
def test_a_machine_with_lpis_may_end_too_and_be_taken_apart(
    run_machine: RunMachine, pause: int
) -> None:
    lpi, ends = Irq(FIRST_LPI, Config.EDGE, 0x80, 0), machine(pause)
    sends = tuple(Pulse(FIRST_LPI, True, 2, 0) for _ in range(6))
    execution, built = run_machine(
        ends._replace(irqs=(*ends.irqs, lpi), devices=(*ends.devices, sends))
    )
    assert isinstance(execution.outcome, Passed), execution.outcome
    built.retire()


class ForgetsNoList(Reference):
    """What is on a list of a vCPU that goes is not forgotten."""

    def kvm_vgic_vcpu_destroy(self, vcpu: Vcpu) -> None:
        lists = vcpu.vgic_cpu
        was = [(head, head.next, head.prev) for head in (lists.ap_list_head,)]
        super().kvm_vgic_vcpu_destroy(vcpu)
        for head, following, last in was:
            head.next, head.prev = following, last


@pytest.mark.parametrize("kernel", [Reference, ForgetsNoList])
def test_lists_that_dangle_after_the_end_are_found(
    first_failure: FirstFailure, kernel: type[Mechanism]
) -> None:
    failure = first_failure(kernel, "closed_while_injecting", 60)
    found = None if failure is None else failure.kind
    assert found == (None if kernel is Reference else "I28 list head dangles")


def test_a_machine_whose_end_is_not_part_of_it_frees_nothing(run_machine: RunMachine) -> None:
    execution, built = run_machine(machine(0)._replace(host=()))
    assert built.kvm.lifetime is None
    assert not any(entry_text(each).startswith("free ") for each in execution.trace)
