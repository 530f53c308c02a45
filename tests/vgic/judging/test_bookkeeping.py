# SPDX-License-Identifier: GPL-2.0-only
"""What does whoever looks on remember: edges owed, excuses, honesty, and the windows crossed?"""

from collections.abc import Callable, Sequence

import pytest

from harness import Execution, Failed, Failure
from tests.fixtures.judged import judged, windows
from vgic import Mechanism
from vgic.accesses import PEND, ROUTE, SGI_LIST, SGI_OTHERS, UNPEND, Access
from vgic.data.intids import Config
from vgic.data.vcpu import Vcpu, VgicIrq
from vgic.tracepoints import Tracepoints

Enlist = Callable[..., None]
Watched = tuple[Tracepoints, Vcpu, VgicIrq, VgicIrq]


def watched(kernel: Mechanism, *, honest: bool = True) -> Watched:
    """Return a watch over a vCPU with two interrupts, neither pending nor listed."""
    irqs = [kernel.kvm.add_irq(intid, Config.EDGE, 0x80, 0) for intid in (32, 33)]
    kernel.trace = judged(kernel.kvm, honest=honest)
    return kernel.trace, kernel.kvm.vcpus[0], irqs[0], irqs[1]


def pend(*irqs: VgicIrq) -> None:
    for irq in irqs:
        irq.pending_latch = True


def test_an_overflow_inside_the_window_is_no_damage(
    in_kernel: Callable[..., Execution], enlist: Enlist
) -> None:
    def body(kernel: Mechanism) -> None:
        trace, vcpu, first, second = watched(kernel)
        pend(first, second)
        enlist(vcpu, first, second)
        trace.flushing(vcpu.vcpu_id)
        kernel.kvm_vgic_flush_hwstate(vcpu)
        trace.entered(vcpu.vcpu_id)
        trace.exited(vcpu.vcpu_id)
        kernel.kvm_vgic_sync_hwstate(vcpu)
        trace.synced(vcpu.vcpu_id)
        assert {"split", "overflow"} <= windows(trace)

    in_kernel(body, nr_lr=1)


@pytest.mark.parametrize("where", [0, 1])
def test_a_level_that_another_has_loaded_was_up_whoever_ends_it(
    where: int, call: Callable[..., Execution]
) -> None:
    """Its active state was taken away in its handler; so it may be taken from the list register."""

    def body(kernel: Mechanism) -> None:
        irq = kernel.kvm.add_irq(34, Config.LEVEL, 0x80, 0)
        trace, kvm = judged(kernel.kvm), kernel.kvm
        trace.driving(0, 34, True)
        irq.line_level = True
        trace.driven(0, 34, True)
        kvm.vcpus[0].cpuif.ap1r = 1
        trace.acknowledged(0, 34)
        irq.vcpu, irq.on_lr = kvm.vcpus[where], True
        trace.driving(0, 34, False)
        irq.line_level = False
        trace.driven(0, 34, False)
        kvm.vcpus[0].cpuif.ap1r = 0
        trace.ended(0, 34)
        irq.vcpu = kvm.vcpus[1]
        kvm.vcpus[1].cpuif.ap1r = 1
        trace.acknowledged(1, 34)

    outcome = call(body, nr_vcpus=2).outcome
    kind = outcome.failure.kind if isinstance(outcome, Failed) else ""
    assert kind == ("" if where else "I11 phantom level")


def test_an_edge_acknowledged_since_it_was_sent_is_not_lost(
    in_kernel: Callable[..., Execution],
) -> None:
    def body(kernel: Mechanism) -> None:
        trace, vcpu, irq, _ = watched(kernel)
        trace.driving(0, irq.intid, True)
        trace.driven(0, irq.intid, True)
        vcpu.cpuif.ap1r = 1
        trace.acknowledged(vcpu.vcpu_id, 32)
        trace.drained()

    in_kernel(body)


def test_an_edge_sent_again_after_its_acknowledge_is_lost(
    failure_in_kernel: Callable[..., Failure],
) -> None:
    def body(kernel: Mechanism) -> None:
        trace, vcpu, irq, _ = watched(kernel)
        trace.driving(0, irq.intid, True)
        vcpu.cpuif.ap1r = 1
        trace.acknowledged(vcpu.vcpu_id, 32)
        trace.driving(0, irq.intid, True)
        trace.drained()

    assert failure_in_kernel(body).kind == "I9 lost edge"


def test_an_edge_the_guest_took_back_itself_is_not_lost(
    in_kernel: Callable[..., Execution],
) -> None:
    def body(kernel: Mechanism) -> None:
        trace, vcpu, _, _ = watched(kernel)
        for kind in (PEND, UNPEND):
            trace.accessing(vcpu.vcpu_id, Access(kind, 32))
            trace.accessed(vcpu.vcpu_id, Access(kind, 32))
        trace.drained()

    in_kernel(body)


def test_what_was_routed_back_since_the_flush_may_wait(
    in_kernel: Callable[..., Execution], enlist: Enlist
) -> None:
    """A documented quirk: a write of IROUTER kicks nobody."""

    def body(kernel: Mechanism) -> None:
        trace, vcpu, irq, _ = watched(kernel)
        pend(irq)
        enlist(vcpu, irq)
        trace.flushing(vcpu.vcpu_id)
        with vcpu.vgic_cpu.ap_list_lock:
            pass
        for target in reversed(kernel.kvm.vcpus):
            route = Access(ROUTE, 32, target.vcpu_id)
            trace.accessing(vcpu.vcpu_id, route)
            irq.target_vcpu = target
            trace.accessed(vcpu.vcpu_id, route)
        trace.idled()

    in_kernel(body, nr_vcpus=2)


def test_a_dishonest_guest_loses_its_own_by_right(
    in_kernel: Callable[..., Execution], enlist: Enlist
) -> None:
    def body(kernel: Mechanism) -> None:
        trace, vcpu, irq, _ = watched(kernel, honest=False)
        trace.driving(0, irq.intid, True)
        pend(irq)
        enlist(vcpu, irq)
        irq.active = True
        vcpu.cpuif.hcr.eoicount = 9
        trace.acknowledged(vcpu.vcpu_id, 32)
        trace.ended(vcpu.vcpu_id, 32)
        trace.exited(vcpu.vcpu_id)
        trace.synced(vcpu.vcpu_id)
        trace.idled()
        trace.drained()

    in_kernel(body)


def test_a_dishonest_guest_does_not_excuse_a_damaged_list(
    failure_in_kernel: Callable[..., Failure],
) -> None:
    def body(kernel: Mechanism) -> None:
        _, vcpu, irq, _ = watched(kernel, honest=False)
        irq.vcpu = vcpu
        with vcpu.vgic_cpu.ap_list_lock:
            pass

    assert failure_in_kernel(body).kind == "I1 vcpu without list"


def test_an_aborted_entry_is_a_window_and_one_with_overflow_another(
    in_kernel: Callable[..., Execution], enlist: Enlist
) -> None:
    def abort(kernel: Mechanism, *, overflow: bool) -> set[str]:
        trace, vcpu, first, second = watched(kernel)
        pend(first, *([second] if overflow else []))
        enlist(vcpu, *(irq for irq in (first, second) if irq.pending_latch))
        trace.flushing(vcpu.vcpu_id)
        kernel.kvm_vgic_flush_hwstate(vcpu)
        trace.aborted(vcpu.vcpu_id)
        return windows(trace)

    def without(kernel: Mechanism) -> None:
        assert abort(kernel, overflow=False) == {"aborted_entry"}

    def with_overflow(kernel: Mechanism) -> None:
        both = {"aborted_entry", "aborted_entry_with_overflow"}
        assert both <= abort(kernel, overflow=True)

    in_kernel(without, nr_lr=1)
    in_kernel(with_overflow, nr_lr=1)


def test_the_count_is_a_window_and_a_count_of_two_another(
    in_kernel: Callable[..., Execution], enlist: Enlist
) -> None:
    def body(kernel: Mechanism) -> None:
        trace, vcpu, first, second = watched(kernel)
        pend(first, second)
        enlist(vcpu, first, second)
        first.active = second.active = True
        crossed = []
        for count in (0, 1, 2):
            vcpu.cpuif.hcr.eoicount = count
            trace.exited(vcpu.vcpu_id)
            crossed.append(sorted(windows(trace)))
        assert crossed == [[], ["eoicount"], ["eoicount", "eoicount_of_two"]]

    in_kernel(body)


def test_only_an_arrival_in_the_guest_beside_an_overflow_crosses_that_window(
    in_kernel: Callable[..., Execution], enlist: Enlist
) -> None:
    def body(kernel: Mechanism) -> None:
        trace, vcpu, first, second = watched(kernel)
        arrival = kernel.kvm.add_irq(34, Config.EDGE, 0x80, 0)
        pend(first, second, arrival)
        enlist(vcpu, first, second)
        assert "arrival_with_overflow" not in windows(trace)
        trace.flushing(vcpu.vcpu_id)
        kernel.kvm_vgic_flush_hwstate(vcpu)
        trace.entered(vcpu.vcpu_id)
        assert "arrival_with_overflow" not in windows(trace)
        enlist(vcpu, arrival)
        assert "arrival_with_overflow" in windows(trace)
        assert "arrival_with_eoicount" not in windows(trace)

    in_kernel(body, nr_lr=1)


def test_what_ended_and_left_the_list_may_be_queued_again_before_the_sync_is_over(
    in_kernel: Callable[..., Execution], enlist: Enlist
) -> None:
    """I15 is silent: its end was folded and it was pruned before it arrived."""

    def body(kernel: Mechanism) -> None:
        trace, vcpu, irq, _ = watched(kernel)
        pend(irq)
        enlist(vcpu, irq)
        trace.flushing(vcpu.vcpu_id)
        irq.active, irq.pending_latch = True, False
        vcpu.cpuif.hcr.eoicount = 1
        trace.exited(vcpu.vcpu_id)
        irq.active = False
        with vcpu.vgic_cpu.ap_list_lock, irq.irq_lock:
            vcpu.vgic_cpu.ap_list_head.delete(irq.ap_list)
            irq.vcpu = None
        pend(irq)
        enlist(vcpu, irq)
        trace.synced(vcpu.vcpu_id)

    in_kernel(body)


# SGIs to several at once.


def sends_to_three(
    kernel: Mechanism, write: Access, *, handled: Sequence[int], again: Sequence[int] = ()
) -> None:
    """Vcpu 0 sends 5 once to several vCPUs; they acknowledge it, some of them twice."""
    vcpus = kernel.kvm.vcpus
    for vcpu in vcpus:
        kernel.kvm.add_irq(5, Config.EDGE, 0x80, vcpu.vcpu_id)
    trace = judged(kernel.kvm)
    trace.accessing(0, write)
    trace.accessed(0, write)
    for number in (*handled, *again):
        vcpus[number].cpuif.ap1r = 1
        trace.acknowledged(number, 5)
        vcpus[number].cpuif.ap1r = 0
        trace.ended(number, 5)
    trace.drained()


TO_TWO = [Access(SGI_LIST, 5, 0b110), Access(SGI_OTHERS, 5)]


@pytest.mark.parametrize("write", TO_TWO, ids=str)
def test_each_of_several_sends_explains_one_acknowledge(
    in_kernel: Callable[..., Execution], write: Access
) -> None:
    in_kernel(lambda kernel: sends_to_three(kernel, write, handled=(1, 2)), nr_vcpus=3)


@pytest.mark.parametrize("write", TO_TWO, ids=str)
@pytest.mark.parametrize(
    ("handled", "again", "kind"),
    [
        ((1,), (), "I9 lost edge"),
        ((2,), (), "I9 lost edge"),
        ((1, 2), (2,), "I10 phantom edge"),
        ((1, 2), (0,), "I10 phantom edge"),
    ],
)
def test_and_no_other_and_each_is_owed(
    failure_in_kernel: Callable[..., Failure],
    write: Access,
    handled: Sequence[int],
    again: Sequence[int],
    kind: str,
) -> None:
    def body(kernel: Mechanism) -> None:
        sends_to_three(kernel, write, handled=handled, again=again)

    assert failure_in_kernel(body, nr_vcpus=3).kind == kind


def test_an_acknowledge_before_the_write_returns_counts_for_it(
    in_kernel: Callable[..., Execution],
) -> None:
    def body(kernel: Mechanism) -> None:
        for number in range(3):
            kernel.kvm.add_irq(5, Config.EDGE, 0x80, number)
        trace, write = judged(kernel.kvm), Access(SGI_OTHERS, 5)
        trace.accessing(0, write)
        for number in (2, 1):
            kernel.kvm.vcpus[number].cpuif.ap1r = 1
            trace.acknowledged(number, 5)
        trace.accessed(0, write)
        trace.drained()

    in_kernel(body, nr_vcpus=3)
