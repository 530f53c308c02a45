# SPDX-License-Identifier: GPL-2.0-only
"""Which interrupts get list registers on the way into the guest, and where do the others wait?"""

from collections.abc import Callable

import pytest

from harness import Execution, Failure
from vgic import Mechanism
from vgic.data.intids import Config
from vgic.data.vcpu import Vcpu, VgicIrq


def pending(kernel: Mechanism, intid: int, priority: int = 0x80, vcpu_id: int = 0) -> VgicIrq:
    irq = kernel.kvm.add_irq(intid, Config.EDGE, priority, vcpu_id)
    irq.pending_latch = True
    return irq


def active(kernel: Mechanism, intid: int, priority: int = 0x80) -> VgicIrq:
    irq = kernel.kvm.add_irq(intid, Config.EDGE, priority, 0)
    irq.active = True
    return irq


def disabled(kernel: Mechanism, intid: int, priority: int = 0x80) -> VgicIrq:
    irq = pending(kernel, intid, priority)
    irq.enabled = False
    return irq


def flush(kernel: Mechanism) -> Vcpu:
    vcpu = kernel.kvm.vcpus[0]
    with vcpu.vgic_cpu.ap_list_lock:
        kernel.vgic_flush_lr_state(vcpu)
    return vcpu


def in_lrs(vcpu: Vcpu) -> list[int]:
    return [lr.intid for lr in vcpu.vgic_cpu.vgic_lr[: vcpu.vgic_cpu.used_lrs]]


def lists(vcpu: Vcpu) -> tuple[list[int], list[int]]:
    """Return the AP-list and the overflow list; both have to be well formed rings."""
    heads = (vcpu.vgic_cpu.ap_list_head, vcpu.vgic_cpu.overflow_ap_list_head)
    first, second = ([irq.intid for irq in head.verify()] for head in heads)
    return first, second


def test_the_summary_counts_what_can_be_delivered_here(
    in_kernel: Callable[..., Execution], enlist: Callable[..., None]
) -> None:
    def body(kernel: Mechanism) -> None:
        vcpu = kernel.kvm.vcpus[0]
        both = active(kernel, 33)
        both.pending_latch = True
        enlist(
            vcpu, pending(kernel, 32), both, active(kernel, 34), disabled(kernel, 35),
            pending(kernel, 36, vcpu_id=1), pending(kernel, 37),
        )  # fmt: skip
        with vcpu.vgic_cpu.ap_list_lock:
            summary = kernel.summarize_ap_list(vcpu)
        assert (summary.nr_pend, summary.nr_act, summary.nr_lr) == (2, 2, 3)

    in_kernel(body, nr_lr=3, nr_vcpus=2)


def test_nothing_on_the_list_uses_no_register_and_leaves_no_overflow(
    in_kernel: Callable[..., Execution],
) -> None:
    def body(kernel: Mechanism) -> None:
        vcpu = flush(kernel)
        assert vcpu.vgic_cpu.used_lrs == 0
        assert lists(vcpu) == ([], [])

    in_kernel(body)


def test_nothing_injected_leaves_the_list_as_it_is_and_no_overflow(
    in_kernel: Callable[..., Execution], enlist: Callable[..., None]
) -> None:
    def body(kernel: Mechanism) -> None:
        enlist(kernel.kvm.vcpus[0], *(disabled(kernel, intid) for intid in (32, 33, 34)))
        vcpu = flush(kernel)
        assert vcpu.vgic_cpu.used_lrs == 0
        assert lists(vcpu) == ([32, 33, 34], [])

    in_kernel(body, nr_lr=2)


@pytest.mark.parametrize("nr_lr", [3, 4])
def test_everything_injected_leaves_no_overflow(
    in_kernel: Callable[..., Execution], enlist: Callable[..., None], nr_lr: int
) -> None:
    def body(kernel: Mechanism) -> None:
        enlist(kernel.kvm.vcpus[0], *(pending(kernel, intid) for intid in (32, 33, 34)))
        vcpu = flush(kernel)
        assert in_lrs(vcpu) == [32, 33, 34]
        assert lists(vcpu) == ([32, 33, 34], [])

    in_kernel(body, nr_lr=nr_lr)


@pytest.mark.parametrize("nr_lr", [1, 2, 3])
def test_the_rest_goes_to_the_overflow_best_first(
    in_kernel: Callable[..., Execution], enlist: Callable[..., None], nr_lr: int
) -> None:
    def body(kernel: Mechanism) -> None:
        enlist(
            kernel.kvm.vcpus[0], active(kernel, 32, 0x00), pending(kernel, 33, 0xC0),
            pending(kernel, 34, 0x40), pending(kernel, 35, 0x80),
        )  # fmt: skip
        vcpu = flush(kernel)
        order = [34, 35, 33, 32]
        assert in_lrs(vcpu) == order[:nr_lr]
        assert lists(vcpu) == (order[:nr_lr], order[nr_lr:])
        assert [irq.intid for irq in kernel.kvm.irqs if irq.on_lr] == sorted(order[:nr_lr])

    in_kernel(body, nr_lr=nr_lr)


def test_the_overflow_says_its_vcpu_still(
    in_kernel: Callable[..., Execution], enlist: Callable[..., None]
) -> None:
    def body(kernel: Mechanism) -> None:
        enlist(kernel.kvm.vcpus[0], *(pending(kernel, intid) for intid in (32, 33, 34)))
        vcpu = flush(kernel)
        assert all(irq.vcpu is vcpu for irq in kernel.kvm.irqs)

    in_kernel(body, nr_lr=1)


def test_the_order_of_arrival_stands_where_everything_fits(
    in_kernel: Callable[..., Execution], enlist: Callable[..., None]
) -> None:
    def body(kernel: Mechanism) -> None:
        enlist(kernel.kvm.vcpus[0], pending(kernel, 32, 0xC0), pending(kernel, 33, 0x40))
        assert in_lrs(flush(kernel)) == [32, 33]

    in_kernel(body, nr_lr=2)


def test_the_undeliverable_between_others_takes_no_register(
    in_kernel: Callable[..., Execution], enlist: Callable[..., None]
) -> None:
    def body(kernel: Mechanism) -> None:
        enlist(
            kernel.kvm.vcpus[0], pending(kernel, 32), disabled(kernel, 33), pending(kernel, 34),
            disabled(kernel, 35),
        )  # fmt: skip
        vcpu = flush(kernel)
        assert in_lrs(vcpu) == [32, 34]
        assert lists(vcpu) == ([32, 33, 34], [35])

    in_kernel(body, nr_lr=2)


def test_registers_not_used_are_cleared(
    in_kernel: Callable[..., Execution], enlist: Callable[..., None]
) -> None:
    def body(kernel: Mechanism) -> None:
        vcpu = kernel.kvm.vcpus[0]
        for lr in vcpu.vgic_cpu.vgic_lr:
            lr.intid, lr.pending, lr.eoi = 99, True, True
        enlist(vcpu, pending(kernel, 32))
        flush(kernel)
        assert vcpu.vgic_cpu.used_lrs == 1
        for lr in vcpu.vgic_cpu.vgic_lr[1:]:
            assert (lr.pending, lr.active, lr.eoi) == (False, False, False)

    in_kernel(body, nr_lr=3)


def test_the_hardware_gets_what_was_prepared(
    in_kernel: Callable[..., Execution], enlist: Callable[..., None]
) -> None:
    def body(kernel: Mechanism) -> None:
        vcpu = kernel.kvm.vcpus[0]
        enlist(vcpu, *(pending(kernel, intid) for intid in (32, 33, 34)))
        kernel.kvm_vgic_flush_hwstate(vcpu)
        assert [str(lr) for lr in vcpu.cpuif.lrs] == ["32:P", "33:P"]
        assert vcpu.cpuif.hcr.uie
        assert vcpu.vgic_cpu.ap_list_lock.owner is None

    in_kernel(body, nr_lr=2)


def test_flushing_without_the_list_lock_is_a_failure(
    failure_in_kernel: Callable[..., Failure],
) -> None:
    failure = failure_in_kernel(lambda kernel: kernel.vgic_flush_lr_state(kernel.kvm.vcpus[0]))
    assert failure.kind == "lock not held"
