# SPDX-License-Identifier: GPL-2.0-only
"""Which interrupts does EOIcount mean? Those that were active in no list register, in order.

The walk over the overflow list takes the first active entries; nobody else can be meant, and what
is left of the count is dropped.
"""

from collections.abc import Callable

import pytest

from harness import Execution
from vgic import BUGS, Mechanism
from vgic.data.intids import Config
from vgic.data.vcpu import Vcpu, VgicIrq
from vgic.hardware.list_registers import ListRegister


def interrupt(
    kernel: Mechanism, intid: int, *, active: bool = True, pending: bool = False
) -> VgicIrq:
    irq = kernel.kvm.add_irq(intid, Config.EDGE, 0x80, 0)
    irq.active, irq.pending_latch = active, pending
    return irq


def account(kernel: Mechanism, eoicount: int) -> Vcpu:
    vcpu = kernel.kvm.vcpus[0]
    vcpu.vgic_cpu.vgic_hcr.eoicount = eoicount
    kernel.vgic_v3_fold_lr_state(vcpu)
    return vcpu


def still_active(kernel: Mechanism) -> list[int]:
    return [irq.intid for irq in kernel.kvm.irqs if irq.active]


@pytest.mark.parametrize("eoicount", [0, 1, 2, 3])
def test_the_first_active_entries_are_deactivated(
    in_kernel: Callable[..., Execution], enlist: Callable[..., None], eoicount: int
) -> None:
    def body(kernel: Mechanism) -> None:
        irqs = [interrupt(kernel, intid) for intid in (32, 33, 34)]
        enlist(kernel.kvm.vcpus[0], *irqs, overflow=True)
        account(kernel, eoicount)
        assert still_active(kernel) == [32, 33, 34][eoicount:]

    in_kernel(body)


def test_the_lists_order_counts_not_the_intid(
    in_kernel: Callable[..., Execution], enlist: Callable[..., None]
) -> None:
    def body(kernel: Mechanism) -> None:
        irqs = [interrupt(kernel, intid) for intid in (32, 33, 34)]
        enlist(kernel.kvm.vcpus[0], *reversed(irqs), overflow=True)
        account(kernel, 2)
        assert still_active(kernel) == [32]

    in_kernel(body)


def test_entries_that_are_not_active_are_passed_over(
    in_kernel: Callable[..., Execution], enlist: Callable[..., None]
) -> None:
    def body(kernel: Mechanism) -> None:
        waiting = interrupt(kernel, 32, active=False, pending=True)
        enlist(
            kernel.kvm.vcpus[0], waiting, interrupt(kernel, 33), interrupt(kernel, 34),
            overflow=True,
        )  # fmt: skip
        account(kernel, 1)
        assert still_active(kernel) == [34]
        assert waiting.pending_latch

    in_kernel(body)


def test_the_victim_keeps_an_edge_that_was_sent_again(
    in_kernel: Callable[..., Execution], enlist: Callable[..., None]
) -> None:
    def body(kernel: Mechanism) -> None:
        victim = interrupt(kernel, 32, pending=True)
        enlist(kernel.kvm.vcpus[0], victim, overflow=True)
        account(kernel, 1)
        assert (victim.active, victim.pending_latch) == (False, True)

    in_kernel(body)


def test_a_level_that_is_still_up_stays_pending(
    in_kernel: Callable[..., Execution], enlist: Callable[..., None]
) -> None:
    def body(kernel: Mechanism) -> None:
        victim = kernel.kvm.add_irq(32, Config.LEVEL, 0x80, 0)
        victim.active = victim.line_level = True
        enlist(kernel.kvm.vcpus[0], victim, overflow=True)
        account(kernel, 1)
        assert (victim.active, victim.line_level) == (False, True)

    in_kernel(body)


def test_what_is_left_of_the_count_is_dropped(
    in_kernel: Callable[..., Execution], enlist: Callable[..., None]
) -> None:
    def body(kernel: Mechanism) -> None:
        enlist(kernel.kvm.vcpus[0], interrupt(kernel, 32), overflow=True)
        account(kernel, 5)
        assert still_active(kernel) == []

    in_kernel(body)


def arrival_and_overflow(kernel: Mechanism, enlist: Callable[..., None]) -> None:
    enlist(kernel.kvm.vcpus[0], interrupt(kernel, 32))
    enlist(kernel.kvm.vcpus[0], interrupt(kernel, 33), overflow=True)


def test_arrivals_are_not_considered(
    in_kernel: Callable[..., Execution], enlist: Callable[..., None]
) -> None:
    """I15, the stated purpose of the split."""

    def body(kernel: Mechanism) -> None:
        arrival_and_overflow(kernel, enlist)
        account(kernel, 2)
        assert still_active(kernel) == [32]

    in_kernel(body)


def test_the_bug_eoi_walk_from_list_head_takes_them_instead(
    in_kernel: Callable[..., Execution], enlist: Callable[..., None]
) -> None:
    def body(kernel: Mechanism) -> None:
        arrival_and_overflow(kernel, enlist)
        account(kernel, 2)
        assert still_active(kernel) == [33]

    in_kernel(body, kernel=BUGS["eoi_walk_from_list_head"].cls)


def test_the_bug_eoicount_plus_one_takes_one_more(
    in_kernel: Callable[..., Execution], enlist: Callable[..., None]
) -> None:
    def body(kernel: Mechanism) -> None:
        irqs = [interrupt(kernel, intid) for intid in (32, 33, 34)]
        enlist(kernel.kvm.vcpus[0], *irqs, overflow=True)
        account(kernel, 0)
        assert still_active(kernel) == [32, 33, 34]
        account(kernel, 1)
        assert still_active(kernel) == [34]

    in_kernel(body, kernel=BUGS["eoicount_plus_one"].cls)


def test_what_is_in_a_register_is_not_counted_as_well(
    in_kernel: Callable[..., Execution], enlist: Callable[..., None]
) -> None:
    def body(kernel: Mechanism) -> None:
        vcpu = kernel.kvm.vcpus[0]
        inside = interrupt(kernel, 32)
        inside.on_lr = True
        vcpu.vgic_cpu.vgic_lr[0] = ListRegister(32, active=True)
        vcpu.vgic_cpu.used_lrs = 1
        enlist(vcpu, inside)
        enlist(vcpu, interrupt(kernel, 33), overflow=True)
        account(kernel, 1)
        assert still_active(kernel) == [32]

    in_kernel(body)
