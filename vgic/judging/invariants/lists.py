# SPDX-License-Identifier: GPL-2.0-only
"""What must hold of the lists: I1, I2, I3, I7, I23, I25."""

from collections.abc import Sequence
from typing import NoReturn

from harness.engine import model_function
from vgic.data import Kvm, Vcpu, VgicIrq
from vgic.judging.invariants.judge import SYNC, belongs_on, fail, listed, names
from vgic.judging.ledger import Ledger


def lists_are_whole(kvm: Kvm, vcpu: Vcpu) -> list[VgicIrq]:
    """I1 and I2: both rings are well formed, and hold exactly the interrupts that say so.

    Locks: the vCPU's ap_list_lock.

    Returns:
        The entries of the overflow list, then those of the AP-list.
    """
    vgic_cpu = vcpu.vgic_cpu
    overflow = vgic_cpu.overflow_ap_list_head
    entries = vgic_cpu.ap_list_head.verify()
    if not overflow.empty:
        entries = overflow.verify() + entries
    for irq in entries:
        if irq.vcpu is not vcpu:
            fail(
                kvm,
                "I1 list without vcpu",
                f"{irq} is on a list of {vcpu} but says {irq.vcpu}",
                model_function(),
            )
    claimed = listed(kvm, vcpu)
    if len(claimed) != len(entries):
        _wrong_membership(kvm, vcpu, claimed, entries)
    return entries


def _wrong_membership(
    kvm: Kvm, vcpu: Vcpu, claimed: Sequence[VgicIrq], entries: Sequence[VgicIrq]
) -> NoReturn:
    unlisted = [irq for irq in claimed if irq not in entries]
    if unlisted:
        fail(
            kvm,
            "I1 vcpu without list",
            f"{names(unlisted)}: on none of the lists of {vcpu}, but says so",
            model_function(),
        )
    twice = [irq for irq in claimed if entries.count(irq) > 1]
    fail(
        kvm,
        "I1 on two lists",
        f"{names(twice)}: on both the AP-list and the overflow list of {vcpu}",
        model_function(),
    )


def says_where_it_is(kvm: Kvm, irq: VgicIrq) -> None:
    """I1: an interrupt says that it is on some list if it is on one.

    Whoever changes either does so under the list's lock and the interrupt's, both.

    Locks: the irq_lock.
    """
    if (irq.vcpu is None) is irq.ap_list.linked:
        fail(
            kvm,
            "I1 list without vcpu" if irq.vcpu is None else "I1 vcpu without list",
            f"{irq} is on {'a list' if irq.ap_list.linked else 'no list'} but says "
            f"{irq.vcpu or 'none'} as its irq_lock is let go",
            model_function(),
        )


def overflow_is_empty(kvm: Kvm, vcpu: Vcpu) -> None:
    """I3: the overflow list is empty outside the window from flush to prune.

    Locks: none needed in the vCPU's own thread, else its ap_list_lock.
    """
    overflow = vcpu.vgic_cpu.overflow_ap_list_head
    if not overflow.empty:
        fail(
            kvm,
            "I3 overflow left behind",
            f"{overflow.name} holds {names(overflow.verify())} while {vcpu} is outside the "
            "window from flush to prune",
        )


def added_where_it_belongs(kvm: Kvm, vcpu: Vcpu, irq: VgicIrq) -> None:
    """I7 and I23: whatever is appended to a vCPU's list belongs there and is not active.

    Locks: the vCPU's ap_list_lock and irq_lock.
    """
    if irq.active:
        fail(
            kvm,
            "I7 active interrupt moved",
            f"{irq} is active and was put on the list of {vcpu}",
            model_function(),
        )
    where = belongs_on(kvm, irq)
    if where is not vcpu:
        fail(
            kvm,
            "I23 put on the wrong list",
            f"{irq} was put on the list of {vcpu}, but belongs on "
            f"{f'that of {where}' if where else 'none'}",
            model_function(),
        )


def active_is_listed(kvm: Kvm, vcpu: Vcpu, stack: Sequence[int]) -> None:
    """I7: what a guest is handling stays on its vCPU's lists until it is ended.

    Locks: none needed: in the vCPU's own thread nobody else takes it off.
    """
    for intid in stack:
        irq = kvm.get_vcpu_irq(vcpu, intid)
        if irq is not None and irq.active and irq.vcpu is not vcpu:
            fail(
                kvm,
                "I7 active interrupt unlisted",
                f"{irq} is being handled by the guest on {vcpu} but is on "
                f"{f'a list of {irq.vcpu}' if irq.vcpu else 'no list'}",
                SYNC,
            )


def nothing_is_left_behind(
    kvm: Kvm, vcpu: Vcpu, irqs: Sequence[VgicIrq], since: int, ledger: Ledger
) -> None:
    """I25: after a sync nothing is on the vCPU's list that belongs elsewhere, or nowhere.

    Args:
        kvm: the VM.
        vcpu: the vCPU that has synced.
        irqs: what is on its lists.
        since: the step at which it left its guest.
        ledger: tells which interrupts somebody has touched since then.

    Locks: none needed in the vCPU's own thread, but for interrupts that are touched.
    """
    for irq in irqs:
        where = belongs_on(kvm, irq)
        stays = where is not vcpu and irq.ap_list.linked
        if stays and not ledger.is_touched_since(irq, since):
            fail(
                kvm,
                "I25 left behind",
                f"{irq} is on the list of {vcpu} after its sync, but belongs on "
                f"{f'that of {where}' if where else 'none'}",
                SYNC,
            )
