# SPDX-License-Identifier: GPL-2.0-only
"""How does an interrupt join a vCPU's AP-list, against everything that may change meanwhile?

Between dropping irq_lock and taking ap_list_lock anybody may queue, disable or reroute the
interrupt, so vgic_queue_irq_unlock looks again and, if something changed, starts again.
"""

from collections.abc import Callable

import pytest

from harness import Execution, OsThreads, Passed, Scheduler, Strategy, execute
from tests.fixtures.judged import judged, windows, windows_of
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

    def still_to_queue(self, irq: VgicIrq, vcpu: Vcpu) -> bool:
        if "changed" not in windows(self.trace):
            self.trace.crossed("changed")
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
        assert "queue_retry" in windows_of(kernel)

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
    assert "queue_retry" in windows_of(kernel)
    ring = kernel.kvm.vcpus[0].vgic_cpu.ap_list_head
    assert [irq.intid for irq in ring.verify()] == [32]
