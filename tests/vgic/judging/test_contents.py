# SPDX-License-Identifier: GPL-2.0-only
"""Is a list register found that is not what its interrupt is, and no other? I29.

Registers are damaged after a real flush, by hand, one thing at a time; then come whole kernels each
of which copies an interrupt wrong.
"""

from collections.abc import Callable

import pytest

from harness import Failed, Failure, OsThreads, Scheduler, execute, local_irq_disable
from harness.engine.strategy import Quiet
from tests.fixtures.judged import judged
from vgic import Mechanism, Reference
from vgic.accesses import DISABLE, GROUP, PEND, ROUTE, UNPEND, Access
from vgic.data.intids import Config
from vgic.data.vcpu import Vcpu, VgicIrq
from vgic.data.vm import Kvm
from vgic.hardware.list_registers import ListRegister

FirstFailure = Callable[..., Failure | None]
KIND = "I29 list register differs"


class Flushed:
    """One vCPU with three list registers that flushes two interrupts step by step."""

    def __init__(self, scheduler: Scheduler, config: Config, *, active: bool = False) -> None:
        self.kvm = Kvm(scheduler, nr_lr=3, nr_vcpus=2)
        self.irq, self.other = (self.kvm.add_irq(n, config, 0x80, 0) for n in (32, 33))
        self.vcpu = self.kvm.vcpus[0]
        self.trace = judged(self.kvm)
        self.kernel = Reference(self.kvm, self.trace)
        for vcpu in self.kvm.vcpus:
            self.kernel.kvm_vgic_vcpu_init(vcpu)
        self.scheduler = scheduler
        self.config, self.active = config, active

    @property
    def lr(self) -> ListRegister:
        return self.vcpu.cpuif.lrs[0]

    def send(self, irq: VgicIrq) -> None:
        """Make it pending, and not heard of: it is on the list already."""
        self.trace.driving(0, irq.intid, True)
        if irq.config is Config.LEVEL:
            irq.line_level = True
        else:
            irq.pending_latch = True
        self.trace.driven(0, irq.intid, True)

    def list_both(self) -> None:
        for irq in (self.irq, self.other):
            self.send(irq)
            with self.vcpu.vgic_cpu.ap_list_lock, irq.irq_lock:
                self.vcpu.vgic_cpu.ap_list_head.add_tail(irq.ap_list)
                irq.vcpu = self.vcpu
            irq.active = self.active
        self.scheduler.steps += 1

    def enter(self, damage: Callable[["Flushed"], None], *, early: bool = False) -> None:
        """Go in; do the damage after the flush, or when it has only begun."""
        self.trace.flushing(0)
        if early:
            damage(self)
        self.kernel.kvm_vgic_flush_hwstate(self.vcpu)
        if not early:
            damage(self)
        self.trace.entered(0)

    def write(self, access: Access) -> None:
        self.trace.accessing(1, access)
        self.kernel.handle_exit(self.kvm.vcpus[1], access)
        self.trace.accessed(1, access)


Damage = Callable[[Flushed], None]


def kind_of(
    damage: Damage,
    config: Config = Config.EDGE,
    *,
    active: bool = False,
    early: bool = False,
    pending: bool = True,
    before: Damage | None = None,
) -> str | None:
    """Flush, do the damage, and go in; return the kind of failure, None if all is silent."""

    def program(scheduler: Scheduler) -> None:
        flushed = Flushed(scheduler, config, active=active)

        def body() -> None:
            local_irq_disable(scheduler)
            flushed.list_both()
            if not pending:
                flushed.irq.pending_latch = flushed.irq.line_level = False
            if before is not None:
                before(flushed)
                flushed.scheduler.steps += 1
            flushed.enter(damage, early=early)

        scheduler.thread("vcpu0", body)

    with OsThreads(pinned=False) as carriers:
        outcome = execute(program, Quiet(), carriers).outcome
    return outcome.failure.kind if isinstance(outcome, Failed) else None


def nothing(flushed: Flushed) -> None:
    pass


def other_priority(flushed: Flushed) -> None:
    flushed.lr.priority = 0x78


def other_group(flushed: Flushed) -> None:
    flushed.lr.group = 0


def turned_active(flushed: Flushed) -> None:
    flushed.lr.active = True


def no_interrupt(flushed: Flushed) -> None:
    flushed.lr.intid = 40


def another_interrupt(flushed: Flushed) -> None:
    flushed.kvm.add_irq(34, flushed.config, 0x80, 0)
    flushed.lr.intid = 34


def left_over(flushed: Flushed) -> None:
    flushed.vcpu.cpuif.lrs[2].pending = True


def latch_kept(flushed: Flushed) -> None:
    flushed.irq.pending_latch = True


@pytest.mark.parametrize(
    "damage",
    [
        other_priority,
        other_group,
        turned_active,
        no_interrupt,
        another_interrupt,
        left_over,
        latch_kept,
    ],
)
def test_it_fires_on_each_thing_that_is_not_as_in_the_interrupt(damage: Damage) -> None:
    assert kind_of(damage) == KIND


@pytest.mark.parametrize("config", list(Config))
@pytest.mark.parametrize("active", [False, True])
def test_it_is_silent_on_what_a_flush_loads(config: Config, active: bool) -> None:
    assert kind_of(nothing, config, active=active) is None


def without_eoi(flushed: Flushed) -> None:
    flushed.lr.eoi = False


def with_eoi(flushed: Flushed) -> None:
    flushed.lr.eoi = True


def test_a_level_asks_for_its_end_and_an_edge_may() -> None:
    assert kind_of(without_eoi, Config.LEVEL) == KIND
    assert kind_of(with_eoi, Config.EDGE) is None


def not_pending(flushed: Flushed) -> None:
    flushed.lr.pending = False


def pends_it(flushed: Flushed) -> None:
    flushed.lr.pending = True


def test_what_is_pending_beside_being_active_is_loaded_so_if_it_is_an_edge() -> None:
    assert kind_of(not_pending, active=True) == KIND
    assert kind_of(pends_it, active=True, pending=False) == KIND
    assert kind_of(nothing, active=True, pending=False) is None


def sent_again(flushed: Flushed) -> None:
    flushed.send(flushed.irq)


def test_an_edge_that_comes_after_its_load_is_in_both_by_right() -> None:
    assert kind_of(sent_again) is None
    assert kind_of(latch_kept) == KIND


def cleared(flushed: Flushed) -> None:
    flushed.write(Access(UNPEND, 32))


def only(kind: str) -> Damage:
    """Do something else to the interrupt, and lose what is pending."""

    def damage(flushed: Flushed) -> None:
        flushed.write(Access(kind, 32))
        flushed.lr.pending = False

    return damage


def test_what_is_cleared_meanwhile_need_not_be_loaded_and_what_is_touched_otherwise_must() -> None:
    assert kind_of(cleared, active=True, early=True) is None
    for kind in (DISABLE, ROUTE, PEND):
        assert kind_of(only(kind), active=True) == KIND


def pended_by_itself(flushed: Flushed) -> None:
    flushed.irq.pending_latch = True


def pended_by_software(flushed: Flushed) -> None:
    flushed.write(Access(PEND, 32))


def test_what_is_set_meanwhile_may_be_loaded_and_what_nobody_sets_may_not() -> None:
    assert kind_of(sent_again, active=True, pending=False, early=True) is None
    assert kind_of(pended_by_software, active=True, pending=False, early=True) is None
    assert kind_of(pended_by_itself, active=True, pending=False, early=True) == KIND


def regrouped(flushed: Flushed) -> None:
    """Write the group; its copy keeps the one it was loaded with."""
    flushed.write(Access(GROUP, 32, 0))
    assert flushed.irq.group == 0


def regrouped_before(flushed: Flushed) -> None:
    """Write the group before the flush loads anything, and have another one loaded."""
    flushed.write(Access(GROUP, 32, 0))
    flushed.scheduler.steps += 1


def another_regrouped(flushed: Flushed) -> None:
    flushed.write(Access(GROUP, 33, 0))
    flushed.lr.group = 0


def test_a_group_that_is_written_meanwhile_may_differ_and_another_ones_may_not() -> None:
    assert kind_of(regrouped) is None
    assert kind_of(regrouped_before, early=True) is None
    assert kind_of(other_group) == KIND
    assert kind_of(another_regrouped) == KIND


def into_group_one(flushed: Flushed) -> None:
    flushed.lr.group = 1


def test_a_group_that_was_written_before_the_flush_has_to_be_loaded() -> None:
    assert kind_of(nothing, before=regrouped) is None
    assert kind_of(into_group_one, before=regrouped) == KIND


def test_only_what_is_folded_is_judged_where_the_entry_is_aborted() -> None:
    def aborts(flushed: Flushed, register: Callable[[Vcpu], ListRegister]) -> None:
        local_irq_disable(flushed.scheduler)
        flushed.list_both()
        flushed.trace.flushing(0)
        flushed.kernel.kvm_vgic_flush_hwstate(flushed.vcpu)
        register(flushed.vcpu).priority = 0
        flushed.trace.aborted(0)

    def kind(register: Callable[[Vcpu], ListRegister]) -> str | None:
        def program(scheduler: Scheduler) -> None:
            flushed = Flushed(scheduler, Config.EDGE)
            scheduler.thread("vcpu0", lambda: aborts(flushed, register))

        with OsThreads(pinned=False) as carriers:
            outcome = execute(program, Quiet(), carriers).outcome
        return outcome.failure.kind if isinstance(outcome, Failed) else None

    assert kind(lambda vcpu: vcpu.cpuif.lrs[0]) is None
    assert kind(lambda vcpu: vcpu.vgic_cpu.vgic_lr[0]) == KIND


class Populates(Reference):
    """What is computed right is put into the register otherwise."""

    def vgic_v3_populate_lr(self, vcpu: Vcpu, irq: VgicIrq, lr: int) -> None:
        super().vgic_v3_populate_lr(vcpu, irq, lr)
        self.change(irq, vcpu.vgic_cpu.vgic_lr[lr])

    def change(self, irq: VgicIrq, value: ListRegister) -> None:
        """Change the register; irq_lock is held."""


class GroupZero(Populates):
    """Every interrupt is put into group 0, which is enabled, too."""

    def change(self, irq: VgicIrq, value: ListRegister) -> None:
        value.group = 0


class FourPriorityBits(Populates):
    """The lowest bit that is implemented is lost on the way into the register."""

    def change(self, irq: VgicIrq, value: ListRegister) -> None:
        value.priority &= 0xF0


class ActiveOrPending(Populates):
    """An edge that is active and pending again is loaded as active alone; its latch stays."""

    def change(self, irq: VgicIrq, value: ListRegister) -> None:
        if value.pending and value.active:
            value.pending, irq.pending_latch = False, True


class EoiWhilePending(Populates):
    """A level asks for a maintenance interrupt at its end only while it is not active yet."""

    def change(self, irq: VgicIrq, value: ListRegister) -> None:
        value.eoi = value.eoi and not value.active


class RestoresPriorityOfTheFirst(Reference):
    """The registers are loaded in a loop that writes one priority into all of them."""

    def vgic_v3_restore_state(self, vcpu: Vcpu) -> None:
        super().vgic_v3_restore_state(vcpu)
        for n in range(vcpu.vgic_cpu.used_lrs):
            vcpu.cpuif.lrs[n].priority = vcpu.cpuif.lrs[0].priority


class SavesAndLeaves(Reference):
    """What was saved stays in the hardware, and the next flush may use fewer registers."""

    def vgic_v3_save_state(self, vcpu: Vcpu) -> None:
        lrs = vcpu.cpuif.lrs[: vcpu.vgic_cpu.used_lrs]
        before = [(lr.intid, lr.pending, lr.active, lr.group, lr.priority) for lr in lrs]
        super().vgic_v3_save_state(vcpu)
        for lr, (intid, pending, active, group, priority) in zip(lrs, before, strict=True):
            lr.load(ListRegister(intid, pending, active, group=group, priority=priority))


WRONG = [
    (GroupZero, "inject_before_entry"),
    (FourPriorityBits, "overflow_nested_deeply"),
    (ActiveOrPending, "migration_ping_pong"),
    (EoiWhilePending, "level_lines_toggle"),
    (RestoresPriorityOfTheFirst, "overflow_nested_deeply"),
    (SavesAndLeaves, "inject_while_eoicount"),
]


@pytest.mark.parametrize(("kernel", "scenario"), WRONG)
def test_a_kernel_that_copies_an_interrupt_wrong_is_found(
    first_failure: FirstFailure, kernel: type[Mechanism], scenario: str
) -> None:
    failure = first_failure(kernel, scenario, 200)
    assert failure is not None
    assert failure.kind == KIND


class AsksForEveryEnd(Populates):
    """Right: an edge asks for its end, too, and the shadow beyond what is used keeps old values."""

    def change(self, irq: VgicIrq, value: ListRegister) -> None:
        value.eoi = True

    def vgic_v3_clear_lr(self, vcpu: Vcpu, lr: int) -> None:
        vcpu.vgic_cpu.ap_list_lock.assert_held()


@pytest.mark.parametrize("scenario", ["inject_while_eoicount", "level_lines_toggle"])
def test_a_kernel_that_copies_otherwise_and_right_is_silent(
    first_failure: FirstFailure, scenario: str
) -> None:
    assert first_failure(AsksForEveryEnd, scenario, 60) is None
