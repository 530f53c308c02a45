# SPDX-License-Identifier: GPL-2.0-only
"""How does an interrupt join a vCPU's AP-list, against everything that may change meanwhile?

Between dropping irq_lock and taking ap_list_lock anybody may queue, disable or reroute the
interrupt, so vgic_queue_irq_unlock looks again and, if something changed, starts again.
"""

from collections.abc import Callable, Iterator

import pytest

from harness import Execution, OsThreads, Passed, Scheduler, Strategy, execute
from tests.fixtures.judged import judged, restarts_of
from vgic import Mechanism, Reference
from vgic.data.intids import Config
from vgic.data.vcpu import KVM_REQ_IRQ_PENDING, Mode, Vcpu, VgicIrq
from vgic.data.vm import Kvm

PENDING = 1 << KVM_REQ_IRQ_PENDING


def listed(vcpu: Vcpu) -> list[int]:
    return [irq.intid for irq in vcpu.vgic_cpu.ap_list_head.entries()]


def queue(kernel: Mechanism, irq: VgicIrq) -> bool:
    return kernel.vgic_queue_irq_unlock(irq, irq.irq_lock.lock_irqsave())


def pending_edge(kernel: Mechanism, intid: int = 32, vcpu_id: int = 0) -> VgicIrq:
    irq = kernel.kvm.add_irq(intid, Config.EDGE, 0x80, vcpu_id)
    irq.pending_latch = True
    return irq


def test_it_joins_the_tail_whatever_its_priority(in_kernel: Callable[..., Execution]) -> None:
    def body(kernel: Mechanism) -> None:
        irqs = [pending_edge(kernel, intid) for intid in (32, 33, 34)]
        irqs[2].priority = 0
        assert [queue(kernel, irq) for irq in irqs] == [True, True, True]
        assert listed(kernel.kvm.vcpus[0]) == [32, 33, 34]
        assert all(irq.vcpu is kernel.kvm.vcpus[0] for irq in irqs)

    in_kernel(body)


def test_a_vcpu_outside_its_guest_is_left_a_request(in_kernel: Callable[..., Execution]) -> None:
    def body(kernel: Mechanism) -> None:
        vcpu = kernel.kvm.vcpus[1]
        queue(kernel, pending_edge(kernel, vcpu_id=1))
        assert vcpu.requests.bits == PENDING
        assert vcpu.mode.value is Mode.OUTSIDE_GUEST_MODE
        assert not vcpu.ipi.pending

    in_kernel(body, nr_vcpus=2)


def test_a_vcpu_in_its_guest_is_kicked_out(in_kernel: Callable[..., Execution]) -> None:
    def body(kernel: Mechanism) -> None:
        vcpu = kernel.kvm.vcpus[1]
        vcpu.mode.value = Mode.IN_GUEST_MODE
        queue(kernel, pending_edge(kernel, vcpu_id=1))
        assert vcpu.requests.bits == PENDING
        assert vcpu.mode.value is Mode.EXITING_GUEST_MODE
        assert vcpu.ipi.pending

    in_kernel(body, nr_vcpus=2)


def test_what_is_queued_already_is_only_announced_again(
    in_kernel: Callable[..., Execution],
) -> None:
    def body(kernel: Mechanism) -> None:
        vcpu = kernel.kvm.vcpus[1]
        irq = pending_edge(kernel, vcpu_id=1)
        queue(kernel, irq)
        vcpu.requests.bits = 0
        vcpu.mode.value = Mode.IN_GUEST_MODE
        assert queue(kernel, irq) is False
        assert listed(vcpu) == [32]
        assert vcpu.requests.bits == PENDING
        assert vcpu.ipi.pending

    in_kernel(body, nr_vcpus=2)


def test_a_new_trigger_announces_to_the_new_target_while_on_the_old_list(
    in_kernel: Callable[..., Execution],
) -> None:
    """A documented quirk: the vCPU whose list it is on is not told."""

    def body(kernel: Mechanism) -> None:
        old, new = kernel.kvm.vcpus[1:]
        irq = pending_edge(kernel, vcpu_id=1)
        queue(kernel, irq)
        old.requests.bits = 0
        irq.target_vcpu = new
        assert queue(kernel, irq) is False
        assert irq.vcpu is old
        assert (old.requests.bits, new.requests.bits) == (0, PENDING)

    in_kernel(body, nr_vcpus=3)


@pytest.mark.parametrize("why", ["idle", "disabled", "routed nowhere", "distributor off"])
def test_what_is_not_to_be_delivered_is_neither_queued_nor_announced(
    in_kernel: Callable[..., Execution], why: str
) -> None:
    def body(kernel: Mechanism) -> None:
        irq = pending_edge(kernel)
        irq.pending_latch = why != "idle"
        irq.enabled = why != "disabled"
        kernel.kvm.dist.enabled = why != "distributor off"
        if why == "routed nowhere":
            irq.target_vcpu = None
        assert queue(kernel, irq) is False
        assert irq.vcpu is None
        assert irq.irq_lock.owner is None
        assert listed(kernel.kvm.vcpus[0]) == []
        assert kernel.kvm.vcpus[0].requests.bits == 0

    in_kernel(body)


def test_an_arrival_while_the_vcpu_runs_joins_the_ap_list_and_not_the_overflow(
    in_kernel: Callable[..., Execution], enlist: Callable[..., None]
) -> None:
    def body(kernel: Mechanism) -> None:
        vcpu = kernel.kvm.vcpus[0]
        loaded, outside, arrival = (pending_edge(kernel, intid) for intid in (32, 33, 34))
        enlist(vcpu, loaded)
        enlist(vcpu, outside, overflow=True)
        assert queue(kernel, arrival) is True
        assert listed(vcpu) == [32, 34]
        assert list(vcpu.vgic_cpu.overflow_ap_list_head.entries()) == [outside]

    in_kernel(body)


class ChangedInTheWindow(Reference):
    """Somebody changes the interrupt while nothing is held, before it is looked at again."""

    change: Callable[[VgicIrq], None]
    _has_changed = False

    def still_to_queue(self, irq: VgicIrq, vcpu: Vcpu) -> bool:
        if not self._has_changed:
            self._has_changed = True
            type(self).change(irq)
        return super().still_to_queue(irq, vcpu)


def changing(change: Callable[[VgicIrq], None]) -> type[Mechanism]:
    return type("Changing", (ChangedInTheWindow,), {"change": staticmethod(change)})


def test_it_is_not_queued_when_it_was_disabled_in_the_window(
    in_kernel: Callable[..., Execution],
) -> None:
    def disable(irq: VgicIrq) -> None:
        irq.enabled = False

    def body(kernel: Mechanism) -> None:
        irq = pending_edge(kernel)
        assert queue(kernel, irq) is False
        assert irq.vcpu is None
        assert listed(kernel.kvm.vcpus[0]) == []
        assert kernel.kvm.vcpus[0].requests.bits == 0
        assert "queue_retry" in restarts_of(kernel)

    in_kernel(body, kernel=changing(disable))


def test_it_is_queued_on_the_new_target_when_it_was_rerouted_in_the_window(
    in_kernel: Callable[..., Execution],
) -> None:
    def body(kernel: Mechanism) -> None:
        old, new = kernel.kvm.vcpus
        irq = pending_edge(kernel)

        def reroute(irq: VgicIrq) -> None:
            irq.target_vcpu = new

        setattr(type(kernel), "change", staticmethod(reroute))  # noqa: B010
        assert queue(kernel, irq) is True
        assert (listed(old), listed(new)) == ([], [32])
        assert irq.vcpu is new
        assert (old.requests.bits, new.requests.bits) == (0, PENDING)

    in_kernel(body, kernel=changing(lambda irq: None), nr_vcpus=2)


def test_two_devices_that_race_for_one_interrupt_queue_it_once(
    carriers: OsThreads, script: Callable[..., Strategy]
) -> None:
    returned: dict[str, bool] = {}
    kernels: list[Mechanism] = []

    def program(scheduler: Scheduler) -> None:
        kvm = Kvm(scheduler, nr_lr=4, nr_vcpus=1)
        kernel = Reference(kvm, judged(kvm))
        kernel.kvm_vgic_vcpu_init(kvm.vcpus[0])
        kernels.append(kernel)
        irq = pending_edge(kernel)

        def device(role: str) -> Callable[[], None]:
            def body() -> None:
                returned[role] = queue(kernel, irq)

            return body

        for role in ("dev0", "dev1"):
            scheduler.thread(role, device(role))

    in_the_window = script(("dev0", "lock ap_list_lock[vcpu 0]", "dev1"))
    assert isinstance(execute(program, in_the_window, carriers).outcome, Passed)
    kernel = kernels[0]
    assert returned == {"dev0": False, "dev1": True}
    assert "queue_retry" in restarts_of(kernel)
    ring = kernel.kvm.vcpus[0].vgic_cpu.ap_list_head
    assert [irq.intid for irq in ring.verify()] == [32]


# Is an interrupt queued once and on the right list, whatever changes while locks are dropped?
#
# vgic_queue_irq_unlock has to drop irq_lock to take ap_list_lock (window W1 of the semantics). Here
# another thread makes its change at each point of the way in turn.


OnVcpu0 = Callable[..., Execution]
Listed = Callable[..., list[int]]
Enlist = Callable[..., None]
AtEachPoint = Callable[..., Iterator[Mechanism]]


def edge_of_vcpu0(kernel: Mechanism) -> None:
    kernel.kvm.add_irq(32, Config.EDGE, 0x80, 0)


def inject(kernel: Mechanism) -> None:
    kernel.kvm_vgic_inject_irq(None, 32, level=True)


def disable(kernel: Mechanism) -> None:
    kernel.vgic_mmio_write_cenable(kernel.kvm.irqs[0])


def reroute(kernel: Mechanism) -> None:
    kernel.vgic_mmio_write_irouter(kernel.kvm.irqs[0], kernel.kvm.vcpus[1])


def requested(vcpu: Vcpu) -> bool:
    return bool(vcpu.requests.bits & 1 << KVM_REQ_IRQ_PENDING)


def test_two_that_inject_at_once_queue_it_once(at_each_point: AtEachPoint, listed: Listed) -> None:
    retried = False
    for kernel in at_each_point({"dev0": inject, "dev1": inject}, edge_of_vcpu0):
        assert [listed(vcpu) for vcpu in kernel.kvm.vcpus] == [[32], []]
        assert kernel.kvm.irqs[0].vcpu is kernel.kvm.vcpus[0]
        assert requested(kernel.kvm.vcpus[0])
        retried |= "queue_retry" in restarts_of(kernel)
    assert retried


def test_one_disabled_meanwhile_waits_for_its_enable(
    at_each_point: AtEachPoint, on_vcpu0: OnVcpu0, listed: Listed
) -> None:
    queued: set[bool] = set()

    def disabled_then_enabled(kernel: Mechanism) -> None:
        inject(kernel)
        queued.add(bool(listed(kernel.kvm.vcpus[0])))
        kernel.vgic_mmio_write_senable(kernel.kvm.irqs[0])

    bodies = {"dev0": disabled_then_enabled, "dev1": disable}
    for kernel in at_each_point(bodies, edge_of_vcpu0):
        irq = kernel.kvm.irqs[0]
        assert irq.pending_latch
        if irq.enabled:
            assert listed(kernel.kvm.vcpus[0]) == [32]
            assert requested(kernel.kvm.vcpus[0])
    assert queued == {False, True}


def test_one_rerouted_meanwhile_is_on_one_list_and_its_vcpu_is_told(
    at_each_point: AtEachPoint, listed: Listed
) -> None:
    homes: set[int] = set()
    for kernel in at_each_point({"dev0": inject, "dev1": reroute}, edge_of_vcpu0):
        (home,) = [vcpu for vcpu in kernel.kvm.vcpus if listed(vcpu)]
        assert listed(home) == [32]
        assert kernel.kvm.irqs[0].vcpu is home
        assert requested(home)
        homes.add(home.vcpu_id)
    assert homes == {0, 1}


def test_a_level_that_ends_up_high_is_queued_and_one_that_ends_up_low_may_not_be(
    at_each_point: AtEachPoint, listed: Listed
) -> None:
    outcomes: set[tuple[bool, bool]] = set()

    def level_of_vcpu0(kernel: Mechanism) -> None:
        kernel.kvm.add_irq(32, Config.LEVEL, 0x80, 0)

    def lower(kernel: Mechanism) -> None:
        kernel.kvm_vgic_inject_irq(None, 32, level=False)

    for kernel in at_each_point({"dev0": inject, "dev1": lower}, level_of_vcpu0):
        irq = kernel.kvm.irqs[0]
        queued = listed(kernel.kvm.vcpus[0]) == [32]
        assert (irq.vcpu is not None) is queued
        outcomes.add((irq.line_level, queued))
    # Lowered before it was raised means nothing; lowered in the window it is given up; lowered
    # after that it waits for the next prune.
    assert outcomes == {(True, True), (False, False), (False, True)}


def changing_once(change: Callable[[Mechanism, VgicIrq], None]) -> type[Mechanism]:
    """A kernel in whose first window something has changed by the time it looks again."""

    class Changing(Reference):
        looks = 0

        def still_to_queue(self, irq: VgicIrq, vcpu: Vcpu) -> bool:
            self.looks += 1
            if self.looks == 1:
                change(self, irq)
            return super().still_to_queue(irq, vcpu)

    return Changing


def lose_pending(kernel: Mechanism, irq: VgicIrq) -> None:
    irq.pending_latch = False


def lose_enable(kernel: Mechanism, irq: VgicIrq) -> None:
    irq.enabled = False


def lose_target(kernel: Mechanism, irq: VgicIrq) -> None:
    irq.target_vcpu = None


def lose_distributor(kernel: Mechanism, irq: VgicIrq) -> None:
    kernel.kvm.dist.enabled = False


@pytest.mark.parametrize("change", [lose_pending, lose_enable, lose_target, lose_distributor])
def test_what_is_no_longer_deliverable_is_given_up_and_nobody_is_told(
    change: Callable[[Mechanism, VgicIrq], None], on_vcpu0: OnVcpu0, listed: Listed
) -> None:
    def body(kernel: Mechanism) -> None:
        edge_of_vcpu0(kernel)
        inject(kernel)
        assert [listed(vcpu) for vcpu in kernel.kvm.vcpus] == [[], []]
        assert kernel.kvm.irqs[0].vcpu is None
        assert not any(requested(vcpu) for vcpu in kernel.kvm.vcpus)
        assert not kernel.scheduler.current.held
        assert "queue_retry" in restarts_of(kernel)

    on_vcpu0(body, kernel=changing_once(change))


def test_after_a_retry_the_new_target_gets_it_and_the_old_one_is_left_alone(
    on_vcpu0: OnVcpu0, listed: Listed
) -> None:
    def to_vcpu1(kernel: Mechanism, irq: VgicIrq) -> None:
        irq.target_vcpu = kernel.kvm.vcpus[1]

    def body(kernel: Mechanism) -> None:
        edge_of_vcpu0(kernel)
        inject(kernel)
        assert [listed(vcpu) for vcpu in kernel.kvm.vcpus] == [[], [32]]
        assert [requested(vcpu) for vcpu in kernel.kvm.vcpus] == [False, True]

    on_vcpu0(body, kernel=changing_once(to_vcpu1))


def test_an_interrupt_with_no_target_is_pending_on_no_list(
    on_vcpu0: OnVcpu0, listed: Listed
) -> None:
    def body(kernel: Mechanism) -> None:
        edge_of_vcpu0(kernel)
        irq = kernel.kvm.irqs[0]
        irq.target_vcpu = None
        assert kernel.kvm_vgic_inject_irq(None, 32, level=True) == 0
        assert (irq.pending_latch, irq.vcpu) == (True, None)
        assert not any(listed(vcpu) or requested(vcpu) for vcpu in kernel.kvm.vcpus)

    on_vcpu0(body)


def test_it_joins_the_tail_of_the_ap_list_while_there_is_an_overflow(
    on_vcpu0: OnVcpu0, enlist: Enlist, listed: Listed
) -> None:
    def body(kernel: Mechanism) -> None:
        kvm = kernel.kvm
        edge_of_vcpu0(kernel)
        vcpu = kvm.vcpus[0]
        others = [kvm.add_irq(intid, Config.EDGE, 0x80, 0) for intid in (40, 41, 42)]
        for irq in others:
            irq.pending_latch = True
        enlist(vcpu, *others)
        kernel.kvm_vgic_flush_hwstate(vcpu)
        inject(kernel)
        assert listed(vcpu) == [40, 32]
        assert listed(vcpu, overflow=True) == [41, 42]

    on_vcpu0(body, nr_lr=1)


def test_one_on_a_list_already_tells_where_it_belongs_not_where_it_is(
    on_vcpu0: OnVcpu0, enlist: Enlist, listed: Listed
) -> None:
    def body(kernel: Mechanism) -> None:
        edge_of_vcpu0(kernel)
        first, second = kernel.kvm.vcpus
        irq = kernel.kvm.irqs[0]
        irq.pending_latch = True
        enlist(first, irq)
        irq.target_vcpu = second
        first.mode.value = second.mode.value = Mode.IN_GUEST_MODE
        inject(kernel)
        assert (listed(first), listed(second)) == ([32], [])
        assert (requested(first), requested(second)) == (False, True)
        assert second.mode.value is Mode.EXITING_GUEST_MODE

    on_vcpu0(body)


def test_an_active_one_tells_the_vcpu_that_handles_it(on_vcpu0: OnVcpu0, enlist: Enlist) -> None:
    def body(kernel: Mechanism) -> None:
        edge_of_vcpu0(kernel)
        first, second = kernel.kvm.vcpus
        irq = kernel.kvm.irqs[0]
        irq.active = True
        enlist(first, irq)
        irq.target_vcpu = second
        inject(kernel)
        assert (requested(first), requested(second)) == (True, False)

    on_vcpu0(body)
