# SPDX-License-Identifier: GPL-2.0-only
"""Is each invariant looked at when it must hold: which moment notices which damage?"""

from collections.abc import Callable

import pytest

from harness import Execution, Failed, Failure, Passed
from tests.fixtures.judged import handling, judged
from vgic import REVISIONS, Machine, Mechanism, Parameters, Reference
from vgic.accesses import PEND, Access
from vgic.composition import compose
from vgic.data.intids import Config
from vgic.data.program import Program
from vgic.data.vcpu import Vcpu, VgicIrq
from vgic.drain import Drain
from vgic.parameters import Irq
from vgic.revisions.facts import SplitByValue
from vgic.tracepoints import Tracepoints

Enlist = Callable[..., None]
Watched = tuple[Tracepoints, Vcpu, VgicIrq, VgicIrq]


def watched(kernel: Mechanism) -> Watched:
    """Return a watch over a vCPU with two interrupts, neither pending nor listed."""
    irqs = [kernel.kvm.add_irq(intid, Config.EDGE, 0x80, 0) for intid in (32, 33)]
    kernel.trace = judged(kernel.kvm)
    return kernel.trace, kernel.kvm.vcpus[0], irqs[0], irqs[1]


def unlock(vcpu: Vcpu) -> None:
    with vcpu.vgic_cpu.ap_list_lock:
        pass


def pend(*irqs: VgicIrq) -> None:
    for irq in irqs:
        irq.pending_latch = True


def unlock_with_damaged_list(kernel: Mechanism, enlist: Enlist) -> None:
    _, vcpu, irq, _ = watched(kernel)
    irq.vcpu = vcpu
    unlock(vcpu)


def unlock_with_overflow_outside_the_window(kernel: Mechanism, enlist: Enlist) -> None:
    _, vcpu, irq, _ = watched(kernel)
    pend(irq)
    enlist(vcpu, irq, overflow=True)
    unlock(vcpu)


def flush_with_overflow(kernel: Mechanism, enlist: Enlist) -> None:
    trace, vcpu, irq, _ = watched(kernel)
    pend(irq)
    enlist(vcpu, irq, overflow=True)
    trace.flushing(vcpu.vcpu_id)


def add_to_the_wrong_list(kernel: Mechanism, enlist: Enlist) -> None:
    _, vcpu, irq, _ = watched(kernel)
    enlist(vcpu, irq)


def enter_with_registers_miscounted(kernel: Mechanism, enlist: Enlist) -> None:
    trace, vcpu, _, _ = watched(kernel)
    vcpu.vgic_cpu.used_lrs = 1
    trace.entered(vcpu.vcpu_id)


def abort_with_registers_miscounted(kernel: Mechanism, enlist: Enlist) -> None:
    trace, vcpu, _, _ = watched(kernel)
    vcpu.vgic_cpu.used_lrs = 1
    trace.aborted(vcpu.vcpu_id)


def enter_with_the_best_left_out(kernel: Mechanism, enlist: Enlist) -> None:
    trace, vcpu, irq, _ = watched(kernel)
    pend(irq)
    enlist(vcpu, irq)
    trace.flushing(vcpu.vcpu_id)
    trace.entered(vcpu.vcpu_id)


def exit_with_too_high_a_count(kernel: Mechanism, enlist: Enlist) -> None:
    trace, vcpu, _, _ = watched(kernel)
    vcpu.cpuif.hcr.eoicount = 1
    trace.exited(vcpu.vcpu_id)


def sync_with_a_register_in_use(kernel: Mechanism, enlist: Enlist) -> None:
    trace, vcpu, _, _ = watched(kernel)
    vcpu.vgic_cpu.used_lrs = 1
    trace.synced(vcpu.vcpu_id)


def sync_with_somebody_active(kernel: Mechanism, enlist: Enlist) -> None:
    trace, vcpu, irq, _ = watched(kernel)
    pend(irq)
    enlist(vcpu, irq)
    irq.active = True
    trace.synced(vcpu.vcpu_id)


def sync_with_a_handler_gone(kernel: Mechanism, enlist: Enlist) -> None:
    trace, vcpu, irq, _ = watched(kernel)
    handling(trace, vcpu, irq)
    trace.synced(vcpu.vcpu_id)


def sync_with_a_handled_interrupt_unlisted(kernel: Mechanism, enlist: Enlist) -> None:
    trace, vcpu, irq, _ = watched(kernel)
    irq.active = True
    handling(trace, vcpu, irq)
    trace.synced(vcpu.vcpu_id)


def sync_with_an_arrival_deactivated(kernel: Mechanism, enlist: Enlist) -> None:
    trace, vcpu, irq, _ = watched(kernel)
    trace.flushing(vcpu.vcpu_id)
    pend(irq)
    enlist(vcpu, irq)
    irq.active = True
    vcpu.cpuif.hcr.eoicount = 1
    trace.exited(vcpu.vcpu_id)
    irq.active = False
    trace.synced(vcpu.vcpu_id)


def acknowledge_what_was_not_sent(kernel: Mechanism, enlist: Enlist) -> None:
    trace, vcpu, _, _ = watched(kernel)
    trace.acknowledged(vcpu.vcpu_id, 32)


def end_with_a_priority_left(kernel: Mechanism, enlist: Enlist) -> None:
    trace, vcpu, irq, _ = watched(kernel)
    handling(trace, vcpu, irq)
    trace.ended(vcpu.vcpu_id, 32)


def acknowledge_without_a_priority(kernel: Mechanism, enlist: Enlist) -> None:
    trace, vcpu, irq, _ = watched(kernel)
    trace.driving(0, irq.intid, True)
    trace.acknowledged(vcpu.vcpu_id, 32)


def quiet_with_an_unannounced_interrupt(kernel: Mechanism, enlist: Enlist) -> None:
    trace, vcpu, irq, _ = watched(kernel)
    trace.flushing(vcpu.vcpu_id)
    pend(irq)
    enlist(vcpu, irq)
    trace.idled()


def drained_with_somebody_active(kernel: Mechanism, enlist: Enlist) -> None:
    trace, _, irq, _ = watched(kernel)
    irq.active = True
    trace.drained()


def drained_with_an_edge_sent(kernel: Mechanism, enlist: Enlist) -> None:
    trace, _, irq, _ = watched(kernel)
    trace.driving(0, irq.intid, True)
    trace.driven(0, irq.intid, True)
    trace.drained()


MOMENTS: dict[Callable[[Mechanism, Enlist], None], str] = {
    unlock_with_damaged_list: "I1 vcpu without list",
    unlock_with_overflow_outside_the_window: "I3 overflow left behind",
    flush_with_overflow: "I3 overflow left behind",
    add_to_the_wrong_list: "I23 put on the wrong list",
    enter_with_registers_miscounted: "I4 list registers miscounted",
    abort_with_registers_miscounted: "I4 list registers miscounted",
    enter_with_the_best_left_out: "O10 best pending left out",
    exit_with_too_high_a_count: "I14 EOIcount too high",
    sync_with_a_register_in_use: "I4 list registers not folded",
    sync_with_somebody_active: "I13 stuck active",
    sync_with_a_handler_gone: "I13 active state lost",
    sync_with_a_handled_interrupt_unlisted: "I7 active interrupt unlisted",
    sync_with_an_arrival_deactivated: "I15 arrival deactivated",
    acknowledge_what_was_not_sent: "I10 phantom edge",
    acknowledge_without_a_priority: "I12 active priorities",
    end_with_a_priority_left: "I12 active priorities",
    quiet_with_an_unannounced_interrupt: "I16 missed kick",
    drained_with_somebody_active: "stuck active",
    drained_with_an_edge_sent: "I9 lost edge",
}


@pytest.mark.parametrize("moment", MOMENTS, ids=lambda moment: moment.__name__)
def test_the_moment_notices_the_damage(
    failure_in_kernel: Callable[..., Failure],
    enlist: Enlist,
    moment: Callable[[Mechanism, Enlist], None],
) -> None:
    failure = failure_in_kernel(lambda kernel: moment(kernel, enlist))
    assert failure.kind == MOMENTS[moment]


# At which moment of a real execution is a bug seen: at once, or only when it has spread?


NESTED = Parameters(
    nr_lr=1,
    irqs=tuple(Irq(32 + n, Config.EDGE, 0xC0 - 0x20 * n, 0) for n in range(4)),
    guests=(
        Program.spelled(
            "mamamammeee", (0,), tuple(Access(PEND, intid) for intid in (33, 34, 35, 32))
        ),
    ),
    devices=(),
)


class Told(Reference):
    """Tells in notes what the run loop does, so that the last of them is where it ended."""

    def kvm_vgic_flush_hwstate(self, vcpu: Vcpu) -> None:
        self.scheduler.note("flush begins")
        super().kvm_vgic_flush_hwstate(vcpu)
        self.scheduler.note("flush is over")

    def kvm_vgic_sync_hwstate(self, vcpu: Vcpu) -> None:
        self.scheduler.note("sync begins")
        super().kvm_vgic_sync_hwstate(vcpu)
        self.scheduler.note("sync is over")


Watching = Callable[[type[Mechanism]], tuple[Failure, list[str]]]


@pytest.fixture
def watching(
    run_machine: Callable[..., tuple[Execution, Machine]],
    operations: Callable[[Execution], list[str]],
) -> Watching:
    """Run the nested handlers; return the failure, and what the run loop told until then."""

    def run(kernel: type[Mechanism]) -> tuple[Failure, list[str]]:
        told = type("Telling", (Told, kernel), {})
        execution, _ = run_machine(NESTED, kernel=told)
        assert isinstance(execution.outcome, Failed)
        entries = [line.partition(":")[2].strip() for line in operations(execution)]
        notes = [entry for entry in entries if entry.startswith(("flush ", "sync "))]
        return execution.outcome.failure, notes

    return run


class SplitsAsPosted(SplitByValue, Reference):
    """A kernel with the posted split, of which nobody has said that its lists are no rings."""

    breaks_rings = False


def test_a_broken_ring_is_seen_at_the_unlock_that_ends_the_first_split(watching: Watching) -> None:
    failure, told = watching(SplitsAsPosted)
    assert failure.kind == "list corruption"
    assert told[-1] == "flush begins", "before the flush has returned"


def test_one_that_is_known_to_break_is_judged_by_what_comes_of_it(
    run_machine: Callable[..., tuple[Execution, Machine]],
) -> None:
    execution, machine = run_machine(NESTED, kernel=REVISIONS["v1-posted"].cls)
    assert execution.outcome == Passed()
    assert {"split", "eoicount"} <= machine.windows


def test_an_overflow_left_behind_is_seen_before_the_next_flush_looks(watching: Watching) -> None:
    failure, told = watching(compose(Reference, ["no_splice"]))
    assert failure.kind == "I3 overflow left behind"
    assert told[-1] == "sync is over"


@pytest.mark.parametrize(
    ("bug", "kind"),
    [
        ("eoicount_not_preserved", "I13 stuck active"),
        ("eoicount_plus_one", "I13 active state lost"),
        ("prune_active", "I7 active interrupt unlisted"),
    ],
)
def test_a_wrong_active_state_is_seen_right_after_the_sync(
    watching: Watching, bug: str, kind: str
) -> None:
    failure, told = watching(compose(Reference, [bug]))
    assert failure.kind == kind
    assert told[-1] == "sync is over"


def test_a_best_interrupt_left_out_is_seen_right_after_the_flush(watching: Watching) -> None:
    failure, told = watching(compose(Reference, ["active_first_sort"]))
    assert failure.kind == "O10 best pending left out"
    assert told[-1] == "flush is over"


def test_a_missed_kick_is_seen_before_anything_forces_an_exit(
    run_machine: Callable[..., tuple[Execution, Machine]], monkeypatch: pytest.MonkeyPatch
) -> None:
    forced: list[bool] = []
    judge = Drain.__call__

    def noting(drain: Drain) -> bool:
        go_on = judge(drain)
        forced.append(go_on)
        return go_on

    monkeypatch.setattr(Drain, "__call__", noting)

    class TellsNobody(Reference):
        def announce_pending(self, vcpu: Vcpu) -> None:
            pass

    two = Parameters(
        nr_lr=1,
        irqs=(Irq(32, Config.EDGE, 0x80, 0),),
        guests=(Program.spelled("", (0,)), Program.spelled("m", (0,), (Access(PEND, 32),))),
        devices=(),
    )
    execution, _ = run_machine(two, kernel=TellsNobody)
    assert isinstance(execution.outcome, Failed)
    assert execution.outcome.failure.kind == "I16 missed kick"
    assert forced == []


def test_the_windows_of_nested_handlers_are_noted(
    windows_of: Callable[[Parameters], set[str]],
) -> None:
    windows = windows_of(NESTED)
    assert {"overflow", "split", "eoicount"} <= windows
    assert not {"migration", "prune_recheck", "queue_retry"} & windows
