# SPDX-License-Identifier: GPL-2.0-only
"""What leaves a vCPU's list on the way out, what stays, and in which order?"""

from collections.abc import Callable

import pytest

from harness import Execution, Failure
from vgic import BUGS, Mechanism
from vgic.data.intids import Config
from vgic.data.vcpu import Vcpu, VgicIrq


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
