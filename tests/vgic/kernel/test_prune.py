# SPDX-License-Identifier: GPL-2.0-only
"""What leaves a vCPU's list on the way out, what stays, and in which order?"""

from collections.abc import Callable, Iterator

import pytest

from harness import Execution, Failure
from harness.engine.trace import entry_text
from tests.fixtures.judged import restarts_of
from vgic import BUGS, Mechanism, Reference
from vgic.data.intids import Config
from vgic.data.vcpu import KVM_REQ_IRQ_PENDING, Mode, Vcpu, VgicIrq


def interrupt(kernel: Mechanism, intid: int = 32, *, pending: bool = True) -> VgicIrq:
    irq = kernel.kvm.add_irq(intid, Config.EDGE, 0x80, 0)
    irq.pending_latch = pending
    return irq


def listed(vcpu: Vcpu) -> list[int]:
    return [irq.intid for irq in vcpu.vgic_cpu.ap_list_head.verify()]


@pytest.mark.parametrize("why", ["idle", "disabled", "distributor off", "routed nowhere"])
def test_what_is_not_to_be_delivered_leaves_the_list(
    in_kernel: Callable[..., Execution], enlist: Callable[..., None], why: str
) -> None:
    def body(kernel: Mechanism) -> None:
        irq = interrupt(kernel)
        enlist(kernel.kvm.vcpus[0], irq)
        irq.pending_latch = why != "idle"
        irq.enabled = why != "disabled"
        kernel.kvm.dist.enabled = why != "distributor off"
        if why == "routed nowhere":
            irq.target_vcpu = None
        kernel.vgic_prune_ap_list(kernel.kvm.vcpus[0])
        assert irq.vcpu is None
        assert listed(kernel.kvm.vcpus[0]) == []
        assert not irq.ap_list.linked

    in_kernel(body)


@pytest.mark.parametrize(
    ("pending", "active", "enabled"),
    [(True, False, True), (True, True, True), (False, True, True), (False, True, False)],
)
def test_pending_and_active_interrupts_stay(
    in_kernel: Callable[..., Execution],
    enlist: Callable[..., None],
    pending: bool,
    active: bool,
    enabled: bool,
) -> None:
    def body(kernel: Mechanism) -> None:
        irq = interrupt(kernel, pending=pending)
        irq.active, irq.enabled = active, enabled
        enlist(kernel.kvm.vcpus[0], irq)
        kernel.vgic_prune_ap_list(kernel.kvm.vcpus[0])
        assert irq.vcpu is kernel.kvm.vcpus[0]
        assert listed(kernel.kvm.vcpus[0]) == [32]

    in_kernel(body)


def test_the_others_keep_their_order(
    in_kernel: Callable[..., Execution], enlist: Callable[..., None]
) -> None:
    def body(kernel: Mechanism) -> None:
        irqs = [interrupt(kernel, intid, pending=intid % 2 == 0) for intid in range(32, 38)]
        enlist(kernel.kvm.vcpus[0], *irqs)
        kernel.vgic_prune_ap_list(kernel.kvm.vcpus[0])
        assert listed(kernel.kvm.vcpus[0]) == [32, 34, 36]

    in_kernel(body)


def test_what_was_pruned_can_be_queued_again(
    in_kernel: Callable[..., Execution], enlist: Callable[..., None]
) -> None:
    def body(kernel: Mechanism) -> None:
        irq = interrupt(kernel, pending=False)
        enlist(kernel.kvm.vcpus[0], irq)
        kernel.vgic_prune_ap_list(kernel.kvm.vcpus[0])
        kernel.kvm_vgic_inject_irq(None, 32, level=True)
        assert listed(kernel.kvm.vcpus[0]) == [32]

    in_kernel(body)


def test_the_overflow_goes_back_behind_registers_and_arrivals(
    in_kernel: Callable[..., Execution], enlist: Callable[..., None]
) -> None:
    def body(kernel: Mechanism) -> None:
        vcpu = kernel.kvm.vcpus[0]
        first, second, third, arrival = (interrupt(kernel, intid) for intid in (32, 33, 34, 35))
        enlist(vcpu, first, second, third)
        kernel.kvm_vgic_flush_hwstate(vcpu)
        enlist(vcpu, arrival)
        kernel.kvm_vgic_sync_hwstate(vcpu)
        assert listed(vcpu) == [32, 35, 33, 34]
        assert vcpu.vgic_cpu.overflow_ap_list_head.empty
        assert vcpu.vgic_cpu.overflow_ap_list_head.verify() == []

    in_kernel(body, nr_lr=1)


def test_what_has_become_idle_in_the_overflow_leaves_too(
    in_kernel: Callable[..., Execution], enlist: Callable[..., None]
) -> None:
    def body(kernel: Mechanism) -> None:
        vcpu = kernel.kvm.vcpus[0]
        enlist(vcpu, interrupt(kernel, 32), interrupt(kernel, 33, pending=False), overflow=True)
        kernel.vgic_prune_ap_list(vcpu)
        assert listed(vcpu) == [32]

    in_kernel(body)


def test_the_bug_no_splice_leaves_the_overflow_where_it_is(
    in_kernel: Callable[..., Execution], enlist: Callable[..., None]
) -> None:
    def body(kernel: Mechanism) -> None:
        vcpu = kernel.kvm.vcpus[0]
        enlist(vcpu, interrupt(kernel, 32), overflow=True)
        kernel.vgic_prune_ap_list(vcpu)
        assert listed(vcpu) == []
        assert not vcpu.vgic_cpu.overflow_ap_list_head.empty

    in_kernel(body, kernel=BUGS["no_splice"].cls)


def test_an_interrupt_handled_to_its_end_is_gone_after_one_entry(
    in_kernel: Callable[..., Execution], enlist: Callable[..., None]
) -> None:
    def body(kernel: Mechanism) -> None:
        vcpu = kernel.kvm.vcpus[0]
        irq = interrupt(kernel)
        enlist(vcpu, irq)
        kernel.kvm_vgic_flush_hwstate(vcpu)
        assert vcpu.cpuif.acknowledge() == 32
        vcpu.cpuif.end_of_interrupt(32)
        kernel.kvm_vgic_sync_hwstate(vcpu)
        assert (irq.active, irq.pending_latch, irq.vcpu, irq.on_lr) == (False, False, None, False)
        assert listed(vcpu) == []

    in_kernel(body)


def test_a_handler_held_open_stays_active_on_the_list(
    in_kernel: Callable[..., Execution], enlist: Callable[..., None]
) -> None:
    def body(kernel: Mechanism) -> None:
        vcpu = kernel.kvm.vcpus[0]
        irq = interrupt(kernel)
        enlist(vcpu, irq)
        kernel.kvm_vgic_flush_hwstate(vcpu)
        vcpu.cpuif.acknowledge()
        kernel.kvm_vgic_sync_hwstate(vcpu)
        assert (irq.active, irq.pending_latch, irq.vcpu) == (True, False, vcpu)

    in_kernel(body)


def test_an_entry_that_says_it_is_elsewhere_is_a_bug(
    failure_in_kernel: Callable[..., Failure], enlist: Callable[..., None]
) -> None:
    def body(kernel: Mechanism) -> None:
        irq = kernel.kvm.add_irq(32, Config.EDGE, 0x80, 0)
        irq.pending_latch = True
        enlist(kernel.kvm.vcpus[0], irq)
        irq.vcpu = kernel.kvm.vcpus[1]
        kernel.vgic_prune_ap_list(kernel.kvm.vcpus[0])

    failure = failure_in_kernel(body, nr_vcpus=2)
    assert failure.kind == "kernel BUG"
    assert failure.message == "spi 32 is on the list of vcpu 0 but says vcpu 1"


# Does prune leave each interrupt on the list it belongs on, whatever changes in its window?
#
# To move an interrupt prune drops all locks and takes two in the order of the vCPUs (window W2 of
# the semantics). Here another thread makes its change at each point of the way in turn.


OnVcpu0 = Callable[..., Execution]
Listed = Callable[..., list[int]]
Enlist = Callable[..., None]
AtEachPoint = Callable[..., Iterator[Mechanism]]
Change = Callable[[Mechanism], None]


def add(kernel: Mechanism, intid: int, *, target: int = 0, pending: bool = True) -> VgicIrq:
    irq = kernel.kvm.add_irq(intid, Config.EDGE, 0x80, target)
    irq.pending_latch = pending
    return irq


def requested(vcpu: Vcpu) -> bool:
    return bool(vcpu.requests.bits & 1 << KVM_REQ_IRQ_PENDING)


def route_home(kernel: Mechanism) -> None:
    kernel.vgic_mmio_write_irouter(kernel.kvm.irqs[0], kernel.kvm.vcpus[0])


def route_on(kernel: Mechanism) -> None:
    kernel.vgic_mmio_write_irouter(kernel.kvm.irqs[0], kernel.kvm.vcpus[2])


def disable(kernel: Mechanism) -> None:
    kernel.vgic_mmio_write_cenable(kernel.kvm.irqs[0])


def unpend(kernel: Mechanism) -> None:
    kernel.vgic_mmio_write_cpending(kernel.kvm.irqs[0])


def trigger_again(kernel: Mechanism) -> None:
    kernel.kvm_vgic_inject_irq(None, 32, level=True)


def prune_vcpu0(kernel: Mechanism) -> None:
    kernel.vgic_prune_ap_list(kernel.kvm.vcpus[0])


@pytest.mark.parametrize("change", [route_home, route_on, disable, unpend, trigger_again])
def test_a_change_at_any_point_leaves_it_on_one_list_at_most_and_never_lost(
    change: Change, at_each_point: AtEachPoint, enlist: Enlist, listed: Listed
) -> None:
    def rerouted(kernel: Mechanism) -> None:
        irq = add(kernel, 32, target=1)
        enlist(kernel.kvm.vcpus[0], irq)

    for kernel in at_each_point({"vcpu0": prune_vcpu0, "dev0": change}, rerouted, nr_vcpus=3):
        irq, vcpus = kernel.kvm.irqs[0], kernel.kvm.vcpus
        homes = [vcpu for vcpu in vcpus if listed(vcpu)]
        assert homes == ([irq.vcpu] if irq.vcpu else [])
        if irq.enabled and irq.pending_latch:
            assert len(homes) == 1
        # Whoever was given it, and has not got rid of it since, was told.
        assert all(requested(vcpu) for vcpu in homes if vcpu is not vcpus[0])


def test_two_vcpus_that_move_interrupts_to_each_other_both_get_theirs(
    at_each_point: AtEachPoint, enlist: Enlist, listed: Listed
) -> None:
    """B22 of the semantics: the locks nest in the order of the vCPUs, so nobody waits in a ring."""

    def crossed(kernel: Mechanism) -> None:
        first, second = kernel.kvm.vcpus
        enlist(first, add(kernel, 32, target=1))
        enlist(second, add(kernel, 33, target=0))

    bodies = {
        "vcpu0": prune_vcpu0,
        "vcpu1": lambda kernel: kernel.vgic_prune_ap_list(kernel.kvm.vcpus[1]),
    }
    for kernel in at_each_point(bodies, crossed):
        assert [listed(vcpu) for vcpu in kernel.kvm.vcpus] == [[33], [32]]
        assert all(requested(vcpu) for vcpu in kernel.kvm.vcpus)


def test_an_arrival_at_any_point_stays_on_the_list(
    at_each_point: AtEachPoint, enlist: Enlist, listed: Listed
) -> None:
    def mixed(kernel: Mechanism) -> None:
        vcpu = kernel.kvm.vcpus[0]
        add(kernel, 32, pending=False)
        enlist(vcpu, add(kernel, 40, pending=False), add(kernel, 41, target=1))
        enlist(vcpu, add(kernel, 42), overflow=True)

    orders: set[tuple[int, ...]] = set()
    for kernel in at_each_point({"vcpu0": prune_vcpu0, "dev0": trigger_again}, mixed):
        vcpu = kernel.kvm.vcpus[0]
        assert listed(vcpu, overflow=True) == []
        assert listed(kernel.kvm.vcpus[1]) == [41]
        assert requested(vcpu)
        orders.add(tuple(listed(vcpu)))
    # Before the splice an arrival stands in front of the overflow, after it behind.
    assert orders == {(32, 42), (42, 32)}


def changing_in_window(change: Callable[[VgicIrq, list[Vcpu]], None]) -> type[Mechanism]:
    """A kernel in which something has changed by the time prune has its locks again."""

    class Changing(Reference):
        looks = 0

        def still_to_migrate(self, irq: VgicIrq, vcpu: Vcpu, target: Vcpu) -> bool:
            self.looks += 1
            if self.looks == 1:
                change(irq, self.kvm.vcpus)
            return super().still_to_migrate(irq, vcpu, target)

    return Changing


def was_disabled(irq: VgicIrq, vcpus: list[Vcpu]) -> None:
    irq.enabled = False


def was_rerouted(irq: VgicIrq, vcpus: list[Vcpu]) -> None:
    irq.target_vcpu = vcpus[2]


def came_home(irq: VgicIrq, vcpus: list[Vcpu]) -> None:
    irq.target_vcpu = vcpus[0]


def was_activated(irq: VgicIrq, vcpus: list[Vcpu]) -> None:
    irq.active = True


def was_taken_off(irq: VgicIrq, vcpus: list[Vcpu]) -> None:
    """As disabling LPIs does from another vCPU, B13 of the semantics."""
    vcpus[0].vgic_cpu.ap_list_head.delete(irq.ap_list)
    irq.vcpu = None


@pytest.mark.parametrize(
    ("change", "homes", "told"),
    [
        (was_disabled, [[], [], []], [False, False, False]),
        (was_rerouted, [[], [], [32]], [False, False, True]),
        (came_home, [[32], [], []], [False, False, False]),
        (was_taken_off, [[], [], []], [False, False, False]),
        (was_activated, [[32], [], []], [False, False, False]),
    ],
)
def test_after_the_window_it_looks_again_and_does_what_is_right_now(
    change: Callable[[VgicIrq, list[Vcpu]], None],
    homes: list[list[int]],
    told: list[bool],
    on_vcpu0: OnVcpu0,
    enlist: Enlist,
    listed: Listed,
) -> None:
    def body(kernel: Mechanism) -> None:
        enlist(kernel.kvm.vcpus[0], add(kernel, 32, target=1))
        prune_vcpu0(kernel)
        assert [listed(vcpu) for vcpu in kernel.kvm.vcpus] == homes
        assert [requested(vcpu) for vcpu in kernel.kvm.vcpus] == told
        assert "prune_recheck" in restarts_of(kernel)

    on_vcpu0(body, kernel=changing_in_window(change), nr_vcpus=3)


def test_after_each_move_it_starts_again_from_the_head(
    on_vcpu0: OnVcpu0, enlist: Enlist, listed: Listed
) -> None:
    looked: list[int] = []

    class Looking(Reference):
        def prune_target(self, irq: VgicIrq) -> Vcpu | None:
            looked.append(irq.intid)
            return super().prune_target(irq)

    def body(kernel: Mechanism) -> None:
        first, second = kernel.kvm.vcpus
        enlist(first, add(kernel, 32), add(kernel, 33, target=1), add(kernel, 34))
        prune_vcpu0(kernel)
        assert looked == [32, 33, 32, 34]
        assert (listed(first), listed(second)) == ([32, 34], [33])

    on_vcpu0(body, kernel=Looking)


def test_what_became_idle_behind_its_back_in_the_window_is_taken_off_too(
    on_vcpu0: OnVcpu0, enlist: Enlist, listed: Listed
) -> None:
    def first_is_disabled(irq: VgicIrq, vcpus: list[Vcpu]) -> None:
        vcpus[0].vgic_cpu.ap_list_head.verify()[0].enabled = False

    def body(kernel: Mechanism) -> None:
        first, second = kernel.kvm.vcpus
        irq = add(kernel, 32)
        enlist(first, irq, add(kernel, 33, target=1))
        prune_vcpu0(kernel)
        assert (listed(first), listed(second)) == ([], [33])
        assert irq.vcpu is None

    on_vcpu0(body, kernel=changing_in_window(first_is_disabled))


def test_the_new_vcpu_is_told_when_all_locks_have_been_dropped(
    on_vcpu0: OnVcpu0, enlist: Enlist
) -> None:
    held: list[int] = []

    class Looking(Reference):
        def announce_migration(self, target: Vcpu) -> None:
            held.append(len(self.scheduler.current.held))
            super().announce_migration(target)

    def body(kernel: Mechanism) -> None:
        first, second = kernel.kvm.vcpus
        enlist(first, add(kernel, 32, target=1))
        second.mode.value = Mode.IN_GUEST_MODE
        prune_vcpu0(kernel)
        assert held == [0]
        assert requested(second)
        assert second.ipi.pending
        assert not requested(first)

    on_vcpu0(body, kernel=Looking)


@pytest.mark.parametrize("home", [0, 1])
def test_two_lists_are_locked_lower_vcpu_first(
    home: int, on_vcpu0: OnVcpu0, enlist: Enlist
) -> None:
    def body(kernel: Mechanism) -> None:
        vcpu = kernel.kvm.vcpus[home]
        enlist(vcpu, add(kernel, 32, target=1 - home))
        kernel.vgic_prune_ap_list(vcpu)

    execution = on_vcpu0(body)
    locks = [text for text in map(entry_text, execution.trace) if text.startswith("lock ap_")]
    both = ["lock ap_list_lock[vcpu 0]", "lock ap_list_lock[vcpu 1]"]
    assert locks == [both[home], *both, both[home]]


def test_it_is_spliced_once_however_often_prune_starts_again(
    on_vcpu0: OnVcpu0, enlist: Enlist, listed: Listed
) -> None:
    to_splice: list[bool] = []

    class Looking(Reference):
        def replug_overflow(self, vcpu: Vcpu) -> None:
            to_splice.append(not vcpu.vgic_cpu.overflow_ap_list_head.empty)
            super().replug_overflow(vcpu)

    def body(kernel: Mechanism) -> None:
        first, second = kernel.kvm.vcpus
        enlist(first, add(kernel, 32), add(kernel, 33, target=1), add(kernel, 34))
        enlist(first, add(kernel, 35, target=1), add(kernel, 36), overflow=True)
        prune_vcpu0(kernel)
        assert listed(first) == [32, 34, 36]
        assert listed(second) == [33, 35]
        assert listed(first, overflow=True) == []

    on_vcpu0(body, kernel=Looking)
    assert to_splice == [True, False, False]
