# SPDX-License-Identifier: GPL-2.0-only
"""Do the checks of the lists fire on what is wrong, and on nothing else? I1, I2, I3, I7, I23."""

from collections.abc import Callable

import pytest

from harness import Execution, Failure, Node
from tests.fixtures.judged import judged
from vgic import Mechanism, Parameters, Reference
from vgic.accesses import DISABLE, ENABLE, PEND, ROUTE, Access
from vgic.data.intids import Config
from vgic.data.program import Program
from vgic.data.vcpu import Vcpu, VgicIrq
from vgic.judging.belonging import added_where_it_belongs
from vgic.judging.handlers import active_is_listed
from vgic.judging.lists import (
    lists_are_whole,
    nothing_joins_the_overflow,
    overflow_is_empty,
)
from vgic.judging.rings import entries_of, met_first
from vgic.parameters import Irq

Enlist = Callable[..., None]


def pending(kernel: Mechanism, intid: int = 32, vcpu_id: int = 0) -> VgicIrq:
    irq = kernel.kvm.add_irq(intid, Config.EDGE, 0x80, vcpu_id)
    irq.pending_latch = True
    return irq


def check_lists(kernel: Mechanism, *, breaks_rings: bool = False) -> list[VgicIrq]:
    """Judge the lists of vCPU 0 as if it had flushed; return what is on them."""
    vcpu = kernel.kvm.vcpus[0]
    overflow = vcpu.vgic_cpu.overflow_ap_list_head
    aside = met_first(overflow) if breaks_rings else overflow.verify()
    return lists_are_whole(kernel.kvm, vcpu, aside)


def test_whole_lists_are_silent_with_others_on_no_list_and_on_anothers(
    in_kernel: Callable[..., Execution], enlist: Enlist
) -> None:
    def body(kernel: Mechanism) -> None:
        here, there = kernel.kvm.vcpus
        first, second, third = (pending(kernel, intid) for intid in (32, 33, 34))
        pending(kernel, 35)
        enlist(here, first, second)
        enlist(here, third, overflow=True)
        enlist(there, pending(kernel, 36))
        assert check_lists(kernel) == [third, first, second]

    in_kernel(body, nr_vcpus=2)


def test_empty_lists_are_silent(in_kernel: Callable[..., Execution]) -> None:
    in_kernel(lambda kernel: check_lists(kernel))


@pytest.mark.parametrize("overflow", [False, True])
def test_i1_fires_on_a_listed_interrupt_that_says_nobody(
    failure_in_kernel: Callable[..., Failure], enlist: Enlist, overflow: bool
) -> None:
    def body(kernel: Mechanism) -> None:
        irq = pending(kernel)
        enlist(kernel.kvm.vcpus[0], irq, overflow=overflow)
        irq.vcpu = None
        check_lists(kernel)

    assert failure_in_kernel(body).kind == "I1 list without vcpu"


def test_i1_fires_on_a_listed_interrupt_that_says_another_vcpu(
    failure_in_kernel: Callable[..., Failure], enlist: Enlist
) -> None:
    def body(kernel: Mechanism) -> None:
        irq = pending(kernel)
        enlist(kernel.kvm.vcpus[0], irq)
        irq.vcpu = kernel.kvm.vcpus[1]
        check_lists(kernel)

    assert failure_in_kernel(body, nr_vcpus=2).kind == "I1 list without vcpu"


def test_i1_fires_on_an_interrupt_that_says_a_vcpu_and_is_on_none_of_its_lists(
    failure_in_kernel: Callable[..., Failure], enlist: Enlist
) -> None:
    def body(kernel: Mechanism) -> None:
        enlist(kernel.kvm.vcpus[0], pending(kernel))
        pending(kernel, 33).vcpu = kernel.kvm.vcpus[0]
        check_lists(kernel)

    failure = failure_in_kernel(body)
    assert failure.kind == "I1 vcpu without list"
    assert "spi 33" in failure.message


def test_i1_fires_on_an_interrupt_that_is_on_both_lists(
    failure_in_kernel: Callable[..., Failure], enlist: Enlist
) -> None:
    def body(kernel: Mechanism) -> None:
        irq = pending(kernel)
        vcpu = kernel.kvm.vcpus[0]
        enlist(vcpu, irq)
        enlist(vcpu, pending(kernel, 33))
        vcpu.vgic_cpu.overflow_ap_list_head.add_tail(Node(irq, "a second link"))
        check_lists(kernel)

    assert failure_in_kernel(body).kind == "I1 on two lists"


@pytest.mark.parametrize("overflow", [False, True])
def test_i2_fires_on_a_ring_that_is_not_the_same_both_ways(
    failure_in_kernel: Callable[..., Failure], enlist: Enlist, overflow: bool
) -> None:
    def body(kernel: Mechanism) -> None:
        first, second = pending(kernel, 32), pending(kernel, 33)
        enlist(kernel.kvm.vcpus[0], first, second, overflow=overflow)
        second.ap_list.prev = second.ap_list
        check_lists(kernel)

    assert failure_in_kernel(body).kind == "list corruption"


def test_i2_fires_on_a_tail_that_points_at_another_head(
    failure_in_kernel: Callable[..., Failure], enlist: Enlist
) -> None:
    """What the posted split leaves behind: the head was copied by value."""

    def body(kernel: Mechanism) -> None:
        vgic_cpu = kernel.kvm.vcpus[0].vgic_cpu
        enlist(kernel.kvm.vcpus[0], pending(kernel, 32), pending(kernel, 33))
        vgic_cpu.overflow_ap_list_head.copy_from(vgic_cpu.ap_list_head)
        vgic_cpu.ap_list_head.init()
        check_lists(kernel)

    assert failure_in_kernel(body).kind == "list corruption"


def test_i2_is_silent_on_one_that_is_known_to_point_there_and_i1_is_not(
    in_kernel: Callable[..., Execution],
    failure_in_kernel: Callable[..., Failure],
    enlist: Enlist,
) -> None:
    def split(kernel: Mechanism) -> VgicIrq:
        vgic_cpu = kernel.kvm.vcpus[0].vgic_cpu
        first, second = pending(kernel, 32), pending(kernel, 33)
        enlist(kernel.kvm.vcpus[0], first, second)
        vgic_cpu.overflow_ap_list_head.copy_from(vgic_cpu.ap_list_head)
        vgic_cpu.ap_list_head.cut_position(vgic_cpu.overflow_ap_list_head, first.ap_list)
        assert check_lists(kernel, breaks_rings=True) == [second, first]
        return second

    def body(kernel: Mechanism) -> None:
        split(kernel).vcpu = None
        check_lists(kernel, breaks_rings=True)

    in_kernel(split)
    assert failure_in_kernel(body).kind == "I1 list without vcpu"


def test_i3_is_silent_on_an_empty_overflow_beside_a_full_list(
    in_kernel: Callable[..., Execution], enlist: Enlist
) -> None:
    def body(kernel: Mechanism) -> None:
        enlist(kernel.kvm.vcpus[0], pending(kernel))
        overflow_is_empty(kernel.kvm, kernel.kvm.vcpus[0], entries_of(breaks_rings=False))

    in_kernel(body)


def test_i3_fires_on_an_overflow_left_behind(
    failure_in_kernel: Callable[..., Failure], enlist: Enlist
) -> None:
    def body(kernel: Mechanism) -> None:
        enlist(kernel.kvm.vcpus[0], pending(kernel), overflow=True)
        overflow_is_empty(kernel.kvm, kernel.kvm.vcpus[0], entries_of(breaks_rings=False))

    failure = failure_in_kernel(body)
    assert failure.kind == "I3 overflow left behind"
    assert "spi 32" in failure.message


@pytest.mark.parametrize(
    ("breaks_rings", "kind"), [(False, "list corruption"), (True, "I3 overflow left behind")]
)
def test_one_that_is_no_ring_is_that_first_unless_it_is_known_to_be_none(
    failure_in_kernel: Callable[..., Failure], enlist: Enlist, breaks_rings: bool, kind: str
) -> None:
    def body(kernel: Mechanism) -> None:
        first, second = pending(kernel, 32), pending(kernel, 33)
        enlist(kernel.kvm.vcpus[0], first, second, overflow=True)
        second.ap_list.prev = second.ap_list
        judged(kernel.kvm, breaks_rings=breaks_rings).flushing(0)

    assert failure_in_kernel(body).kind == kind


def joins(kernel: Mechanism, *put_aside: VgicIrq) -> None:
    vcpu = kernel.kvm.vcpus[0]
    aside = vcpu.vgic_cpu.overflow_ap_list_head.verify()
    nothing_joins_the_overflow(kernel.kvm, vcpu, aside, put_aside)


def test_i27_is_silent_on_what_was_put_aside_and_on_arrivals_on_the_ap_list(
    in_kernel: Callable[..., Execution], enlist: Enlist
) -> None:
    def body(kernel: Mechanism) -> None:
        first, second, arrival = (pending(kernel, intid) for intid in (32, 33, 34))
        joins(kernel)
        enlist(kernel.kvm.vcpus[0], first, second, overflow=True)
        enlist(kernel.kvm.vcpus[0], arrival)
        joins(kernel, second, first)
        joins(kernel, second, first, pending(kernel, 35))

    in_kernel(body)


def test_i27_fires_on_an_arrival_on_the_overflow_list(
    failure_in_kernel: Callable[..., Failure], enlist: Enlist
) -> None:
    def body(kernel: Mechanism) -> None:
        first, arrival = pending(kernel, 32), pending(kernel, 33)
        enlist(kernel.kvm.vcpus[0], first, arrival, overflow=True)
        joins(kernel, first)

    failure = failure_in_kernel(body)
    assert failure.kind == "I27 arrival on the overflow list"
    assert "spi 33 joined overflow_ap_list_head[vcpu 0] while vcpu 0 was" in failure.message


def added(kernel: Mechanism, irq: VgicIrq) -> None:
    added_where_it_belongs(kernel.kvm, kernel.kvm.vcpus[0], irq)


def test_i23_is_silent_where_the_target_gets_a_pending_interrupt(
    in_kernel: Callable[..., Execution],
) -> None:
    in_kernel(lambda kernel: added(kernel, pending(kernel)))


@pytest.mark.parametrize("why", ["routed elsewhere", "idle", "disabled", "distributor off"])
def test_i23_fires_on_what_does_not_belong_there(
    failure_in_kernel: Callable[..., Failure], why: str
) -> None:
    def body(kernel: Mechanism) -> None:
        irq = pending(kernel, vcpu_id=int(why == "routed elsewhere"))
        irq.pending_latch = why != "idle"
        irq.enabled = why != "disabled"
        kernel.kvm.dist.enabled = why != "distributor off"
        added(kernel, irq)

    assert failure_in_kernel(body, nr_vcpus=2).kind == "I23 put on the wrong list"


def test_i7_fires_on_an_active_interrupt_that_is_put_on_a_list(
    failure_in_kernel: Callable[..., Failure],
) -> None:
    def body(kernel: Mechanism) -> None:
        irq = pending(kernel)
        irq.active = True
        added(kernel, irq)

    assert failure_in_kernel(body).kind == "I7 active interrupt moved"


def handled(kernel: Mechanism) -> None:
    active_is_listed(kernel.kvm, kernel.kvm.vcpus[0], [32])


def test_i7_is_silent_on_a_handled_interrupt_on_its_list_and_an_idle_one_on_none(
    in_kernel: Callable[..., Execution], enlist: Enlist
) -> None:
    def body(kernel: Mechanism) -> None:
        irq = pending(kernel)
        irq.active = True
        enlist(kernel.kvm.vcpus[0], irq)
        kernel.kvm.add_irq(33, Config.EDGE, 0x80, 0)
        handled(kernel)

    in_kernel(body)


@pytest.mark.parametrize("elsewhere", [False, True])
def test_i7_fires_on_a_handled_interrupt_that_is_not_on_its_list(
    failure_in_kernel: Callable[..., Failure], enlist: Enlist, elsewhere: bool
) -> None:
    def body(kernel: Mechanism) -> None:
        irq = pending(kernel)
        irq.active = True
        if elsewhere:
            enlist(kernel.kvm.vcpus[1], irq)
        handled(kernel)

    assert failure_in_kernel(body, nr_vcpus=2).kind == "I7 active interrupt unlisted"


def test_i7_leaves_a_handled_interrupt_that_lost_its_active_state_to_i13(
    in_kernel: Callable[..., Execution],
) -> None:
    def body(kernel: Mechanism) -> None:
        pending(kernel)
        handled(kernel)

    in_kernel(body)


# Is each invariant of the lists silent on Reference, and is a kernel bug called by it?
#
# I1, I2, I3, I7 and I23. Two guests alone. The first takes three interrupts over one list register,
# so that its list is split at each entry, and exits from within a handler; it routes two of them to
# the second guest: the pending one migrates, the one being handled does not.


Judge = Callable[[Parameters, type[Mechanism]], str | None]

ACCESSES = (
    Access(PEND, 32),
    Access(PEND, 33),
    Access(PEND, 34),
    Access(ROUTE, 32, 1),
    Access(ROUTE, 34, 1),
    Access(DISABLE, 33),
    Access(ENABLE, 33),
)

TWO_GUESTS = Parameters(
    nr_lr=1,
    irqs=tuple(Irq(32 + n, Config.EDGE, 0xA0 - 0x20 * n, 0) for n in range(3)),
    guests=(Program.spelled("mmmammmme", (0,), ACCESSES), Program.spelled("", (0,))),
    devices=(),
)


class SaysNobody(Reference):
    """An interrupt is queued, and is not told on whose list."""

    def announce_pending(self, vcpu: Vcpu) -> None:
        for irq in self.kvm.irqs:
            irq.vcpu = None
        super().announce_pending(vcpu)


class KeepsVcpu(Reference):
    """What the last prune took off the list goes on saying that it is there."""

    def kvm_vgic_sync_hwstate(self, vcpu: Vcpu) -> None:
        before = [irq for irq in self.kvm.irqs if irq.vcpu is vcpu]
        super().kvm_vgic_sync_hwstate(vcpu)
        for irq in before:
            irq.vcpu = irq.vcpu or vcpu


class CutsWithoutTail(Reference):
    """The overflow list's tail goes on pointing at the AP-list's head."""

    def split_ap_list(self, vcpu: Vcpu, last: VgicIrq) -> None:
        overflow = vcpu.vgic_cpu.overflow_ap_list_head
        overflow.copy_from(vcpu.vgic_cpu.ap_list_head)
        vcpu.vgic_cpu.ap_list_head.cut_position(overflow, last.ap_list)


class NeverSplices(Reference):
    """m06."""

    def replug_overflow(self, vcpu: Vcpu) -> None:
        pass


class PrunesActive(Reference):
    """m14."""

    def prune_target(self, irq: VgicIrq) -> Vcpu | None:
        return None if irq.active else super().prune_target(irq)


class MovesActive(Reference):
    """Prune moves an interrupt to where it is routed, active or not."""

    def prune_target(self, irq: VgicIrq) -> Vcpu | None:
        return irq.target_vcpu if irq.active else super().prune_target(irq)

    def still_to_migrate(self, irq: VgicIrq, vcpu: Vcpu, target: Vcpu) -> bool:
        return True


class QueuesAtHome(Reference):
    """What is rerouted and pended again goes back to where it was."""

    def still_to_queue(self, irq: VgicIrq, vcpu: Vcpu) -> bool:
        irq.target_vcpu = self.kvm.vcpus[1 - vcpu.vcpu_id]
        return True


class SaysItsVcpuFirst(Reference):
    """What is pended is listed where its guest pends it, wherever it is routed."""

    def vgic_mmio_write_spending(self, irq: VgicIrq) -> None:
        here = next(v for v in self.kvm.vcpus if v.role == self.scheduler.current.role)
        irqs_were_off = here.vgic_cpu.ap_list_lock.lock_irqsave()
        irq.irq_lock.lock()
        irq.pending_latch = True
        if irq.vcpu is None:
            irq.target_vcpu = self.kvm.vcpus[1]
            irq.vcpu = here
            here.vgic_cpu.ap_list_head.add_tail(irq.ap_list)
        irq.irq_lock.unlock()
        here.vgic_cpu.ap_list_lock.unlock_irqrestore(irqs_were_off)


class QueuesSayingItsVcpuFirst(Reference):
    """Right: `irq.vcpu` is set before the interrupt is added to the list, not after."""

    def vgic_queue_irq_unlock(self, irq: VgicIrq, irqs_were_off: bool) -> bool:
        vcpu = self.vgic_target_oracle(irq)
        irq.irq_lock.unlock_irqrestore(irqs_were_off)
        if vcpu is None:
            return False
        irqs_were_off = vcpu.vgic_cpu.ap_list_lock.lock_irqsave()
        irq.irq_lock.lock()
        queues = self.still_to_queue(irq, vcpu)
        if queues:
            irq.vcpu = vcpu
            vcpu.vgic_cpu.ap_list_head.add_tail(irq.ap_list)
        irq.irq_lock.unlock()
        vcpu.vgic_cpu.ap_list_lock.unlock_irqrestore(irqs_were_off)
        self.announce_pending(vcpu)
        return queues


class MovesOneByOne(Reference):
    """Right: split and splice move their interrupts one by one, active ones and all."""

    def split_ap_list(self, vcpu: Vcpu, last: VgicIrq) -> None:
        ap_list = vcpu.vgic_cpu.ap_list_head
        entries = list(ap_list.entries())
        for irq in entries[entries.index(last) + 1 :]:
            ap_list.delete(irq.ap_list)
            vcpu.vgic_cpu.overflow_ap_list_head.add_tail(irq.ap_list)

    def replug_overflow(self, vcpu: Vcpu) -> None:
        overflow = vcpu.vgic_cpu.overflow_ap_list_head
        for irq in list(overflow.entries()):
            overflow.delete(irq.ap_list)
            vcpu.vgic_cpu.ap_list_head.add_tail(irq.ap_list)


class ComparesBlindly(Reference):
    """The comparator takes both locks, though both entries may be one."""

    def vgic_irq_cmp(self, vcpu: Vcpu, a: VgicIrq, b: VgicIrq) -> int:
        a.irq_lock.lock()
        b.irq_lock.lock(subclass=1)
        first, second = self.sort_key(vcpu, a), self.sort_key(vcpu, b)
        b.irq_lock.unlock()
        a.irq_lock.unlock()
        return (first > second) - (first < second)


def test_a_comparator_that_takes_both_locks_of_one_entry_is_found(kind_of: Judge) -> None:
    assert kind_of(TWO_GUESTS, ComparesBlindly) == "lock recursion"


@pytest.mark.parametrize("kernel", [QueuesSayingItsVcpuFirst, MovesOneByOne])
def test_a_right_kernel_may_say_it_first_and_move_what_is_active_on_its_own_lists(
    kind_of: Judge, kernel: type[Mechanism]
) -> None:
    assert kind_of(TWO_GUESTS, kernel) is None


def test_all_are_silent_on_a_list_that_is_split_pruned_and_moved(
    windows_of: Callable[[Parameters], set[str]],
) -> None:
    assert {"split", "overflow", "migration"} <= windows_of(TWO_GUESTS)


@pytest.mark.parametrize(
    ("bug", "kind"),
    [
        (SaysNobody, "I1 list without vcpu"),
        (KeepsVcpu, "I1 vcpu without list"),
        (CutsWithoutTail, "list corruption"),
        (NeverSplices, "I3 overflow left behind"),
        (PrunesActive, "I7 active interrupt unlisted"),
        (MovesActive, "I7 active interrupt moved"),
        (QueuesAtHome, "I23 put on the wrong list"),
        (SaysItsVcpuFirst, "I23 put on the wrong list"),
    ],
)
def test_a_bug_is_called_by_its_name(kind_of: Judge, bug: type[Mechanism], kind: str) -> None:
    assert kind_of(TWO_GUESTS, Reference) is None
    assert kind_of(TWO_GUESTS, bug) == kind
