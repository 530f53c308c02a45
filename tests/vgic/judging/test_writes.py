# SPDX-License-Identifier: GPL-2.0-only
"""Does what guests write and devices drive arrive, and is it said if it does not? I1, I9, I11, I26.

The other invariants take the kernel's own fields for what was asked of it. So each kernel here
loses something in a way that leaves its state consistent: only whoever remembers can tell.
"""

from collections.abc import Callable

import pytest

from harness import Execution, Failed, Passed, Strategy
from harness.engine.execution import Outcome
from tests.fixtures.judged import judged
from vgic import Machine, Mechanism, Parameters, Reference
from vgic.accesses import DISABLE, DISTRIBUTOR, ENABLE, GROUP, PEND, ROUTE, UNPEND, Access
from vgic.data.intids import EDGE, LEVEL, Config
from vgic.data.program import Program, Pulse
from vgic.data.vcpu import Vcpu, VgicIrq
from vgic.hardware.list_registers import ListRegister
from vgic.parameters import Irq
from vgic.tracepoints import Tracepoints

RunMachine = Callable[..., tuple[Execution, Machine]]
Judge = Callable[[Parameters, type[Mechanism]], str | None]


def machine(config: Config, *accesses: Access, lines: str = "") -> Parameters:
    """Return two vCPUs, an interrupt of the first, its accesses, and what its device does."""
    return Parameters(
        nr_lr=1,
        irqs=(Irq(32, config, 0x80, 0),),
        guests=(Program.spelled("m" * len(accesses), (0,), accesses), Program.spelled("", (0,))),
        devices=(tuple(Pulse(32, level=line == "/", pause=0) for line in lines),),
    )


class RoutesNowhere(Reference):
    def vgic_mmio_write_irouter(self, irq: VgicIrq, target: Vcpu) -> None:
        pass


class DisablesNothing(Reference):
    def vgic_mmio_write_cenable(self, irq: VgicIrq) -> None:
        pass


class EnablesNothing(Reference):
    def vgic_mmio_write_senable(self, irq: VgicIrq) -> None:
        pass


class ClearsNothing(Reference):
    def vgic_mmio_write_cpending(self, irq: VgicIrq) -> None:
        pass


class GroupsNothing(Reference):
    def vgic_mmio_write_group(self, irq: VgicIrq, group: int) -> None:
        pass


class TurnsNothing(Reference):
    def vgic_mmio_write_v3_misc(self, enabled: bool) -> None:
        pass


class TurnsOffForGood(Reference):
    """Once it is off it stays off."""

    def vgic_mmio_write_v3_misc(self, enabled: bool) -> None:
        super().vgic_mmio_write_v3_misc(enabled and self.kvm.dist.enabled)


TURNED = machine(EDGE, Access(DISTRIBUTOR, 0, 0), Access(DISTRIBUTOR, 0, 1))
ROUTED = machine(EDGE, Access(ROUTE, 32, 1), Access(ROUTE, 32, 0))
TOGGLED = machine(EDGE, Access(DISABLE, 32), Access(ENABLE, 32), lines="/")
CLEARED = machine(
    EDGE, Access(DISABLE, 32), Access(PEND, 32), Access(UNPEND, 32), Access(ENABLE, 32)
)


@pytest.mark.parametrize(
    ("kernel", "parameters"),
    [
        (RoutesNowhere, ROUTED),
        (DisablesNothing, TOGGLED),
        (EnablesNothing, TOGGLED),
        (ClearsNothing, CLEARED),
        (GroupsNothing, machine(EDGE, Access(GROUP, 32, 0))),
        (TurnsNothing, TURNED),
        (TurnsOffForGood, TURNED),
    ],
)
def test_a_write_that_changes_nothing_is_lost(
    kind_of: Judge, kernel: type[Mechanism], parameters: Parameters
) -> None:
    assert kind_of(parameters, Reference) is None
    assert kind_of(parameters, kernel) == "I26 write lost"


def test_a_write_to_what_has_that_value_is_none(kind_of: Judge) -> None:
    assert kind_of(machine(EDGE, Access(ROUTE, 32, 0), Access(ENABLE, 32)), Reference) is None


def turn(trace: Tracepoints, vcpu: int, *, on: bool, done: bool) -> None:
    access = Access(DISTRIBUTOR, 0, int(on))
    (trace.accessed if done else trace.accessing)(vcpu, access)


@pytest.mark.parametrize(("overlap", "found"), [(False, True), (True, False)])
def test_of_two_writes_to_the_distributor_at_once_either_may_have_come_last(
    call: Callable[..., Execution], overlap: bool, found: bool
) -> None:
    """It is on when all is done; who has turned it off is alone, or is not."""

    def body(kernel: Mechanism) -> None:
        trace = judged(kernel.kvm)
        turn(trace, 1, on=True, done=False)
        if not overlap:
            turn(trace, 1, on=True, done=True)
        turn(trace, 0, on=False, done=False)
        turn(trace, 0, on=False, done=True)
        if overlap:
            turn(trace, 1, on=True, done=True)

    outcome = call(body, nr_vcpus=2).outcome
    assert isinstance(outcome, Failed) is found
    if isinstance(outcome, Failed):
        assert outcome.failure.kind == "I26 write lost"
        assert outcome.failure.message == "the distributor was turned off, and is not"


class LowersOnLoad(Reference):
    """A line that is in a list register is taken to be served."""

    def vgic_v3_populate_lr(self, vcpu: Vcpu, irq: VgicIrq, lr: int) -> None:
        super().vgic_v3_populate_lr(vcpu, irq, lr)
        irq.line_level = False


class HoldsTheLine(Reference):
    """A falling line is not looked at while the interrupt is on a list."""

    def vgic_validate_injection(self, irq: VgicIrq, level: bool) -> bool:
        held = irq.config is LEVEL and not level and irq.vcpu is not None
        return super().vgic_validate_injection(irq, level) and not held


class RaisesByPend(Reference):
    """Pended by software, the line counts as up."""

    def vgic_mmio_write_spending(self, irq: VgicIrq) -> None:
        irq.line_level = irq.config is LEVEL
        super().vgic_mmio_write_spending(irq)


class LowersByClear(Reference):
    """No longer pended by software, the line counts as down."""

    def vgic_mmio_write_cpending(self, irq: VgicIrq) -> None:
        super().vgic_mmio_write_cpending(irq)
        irq.line_level = False


@pytest.mark.parametrize(
    ("kernel", "parameters"),
    [
        (LowersOnLoad, machine(LEVEL, Access(ENABLE, 32), lines="/")),
        (HoldsTheLine, machine(LEVEL, lines="/\\")),
        (RaisesByPend, machine(LEVEL, Access(DISABLE, 32), Access(PEND, 32))),
        (LowersByClear, machine(LEVEL, Access(DISABLE, 32), Access(UNPEND, 32), lines="/")),
    ],
)
def test_a_line_that_is_not_where_it_was_driven_is_lost(
    run_machine: RunMachine,
    script: Callable[..., Strategy],
    kernel: type[Mechanism],
    parameters: Parameters,
) -> None:
    def outcome(kernel: type[Mechanism]) -> Outcome:
        cues = [("start", "start", "dev0")] if parameters.devices[0] else []
        return run_machine(parameters, kernel=kernel, strategy=script(*cues))[0].outcome

    assert outcome(Reference) == Passed()
    failed = outcome(kernel)
    assert isinstance(failed, Failed)
    assert failed.failure.kind == "I11 line lost"


class LatchesLevels(Reference):
    """A level that goes up is remembered as an edge."""

    def kvm_vgic_inject_irq(self, vcpu: Vcpu | None, intid: int, level: bool) -> int:
        irq = self.kvm.get_vcpu_irq(vcpu, intid)
        if irq is not None and level:
            irq.pending_latch = True
        return super().kvm_vgic_inject_irq(vcpu, intid, level)


def test_a_level_that_was_up_and_is_down_is_not_loaded(kind_of: Judge) -> None:
    parameters = machine(LEVEL, lines="/\\")
    assert kind_of(parameters, Reference) is None
    assert kind_of(parameters, LatchesLevels) == "I11 phantom level"


def test_a_level_that_software_has_pended_is_loaded_with_its_line_down(kind_of: Judge) -> None:
    assert kind_of(machine(LEVEL, Access(PEND, 32), Access(PEND, 32)), Reference) is None


class ForgetsPend(Reference):
    """A level that the guest has not taken yet loses what software has pended."""

    def vgic_v3_fold_lr(self, vcpu: Vcpu, lr: ListRegister) -> None:
        super().vgic_v3_fold_lr(vcpu, lr)
        irq = self.kvm.get_vcpu_irq(vcpu, lr.intid)
        assert irq is not None
        if irq.config is LEVEL:
            irq.pending_latch = False


def test_a_level_that_software_has_pended_is_delivered(kind_of: Judge) -> None:
    parameters = machine(LEVEL, Access(PEND, 32), Access(ENABLE, 32))
    assert kind_of(parameters, Reference) is None
    assert kind_of(parameters, ForgetsPend) == "I9 lost pend"


def test_a_level_that_software_has_pended_and_cleared_need_not_be(kind_of: Judge) -> None:
    assert kind_of(machine(LEVEL, Access(PEND, 32), Access(UNPEND, 32)), Reference) is None


class SaysSoLater(Reference):
    """The interrupt says on whose list it is when its lock is let go already."""

    def vgic_queue_irq_unlock(self, irq: VgicIrq, irqs_were_off: bool) -> bool:
        vcpu = self.vgic_target_oracle(irq)
        irq.irq_lock.unlock_irqrestore(irqs_were_off)
        if vcpu is None or irq.vcpu is not None:
            return False
        irqs_were_off = vcpu.vgic_cpu.ap_list_lock.lock_irqsave()
        with irq.irq_lock:
            vcpu.vgic_cpu.ap_list_head.add_tail(irq.ap_list)
        irq.vcpu = vcpu
        vcpu.vgic_cpu.ap_list_lock.unlock_irqrestore(irqs_were_off)
        self.announce_pending(vcpu)
        return True


class UnlinksLater(Reference):
    """The interrupt is taken off the list when its lock is let go already."""

    def prune_target(self, irq: VgicIrq) -> Vcpu | None:
        target = super().prune_target(irq)
        if target is None:
            irq.vcpu = None
            irq.irq_lock.unlock()
            irq.irq_lock.lock()
        return target


@pytest.mark.parametrize("kernel", [SaysSoLater, UnlinksLater])
def test_membership_and_what_an_interrupt_says_change_under_its_lock(
    kind_of: Judge, kernel: type[Mechanism]
) -> None:
    parameters = machine(EDGE, lines="/")
    assert kind_of(parameters, Reference) is None
    assert kind_of(parameters, kernel) == "I1 list without vcpu"
