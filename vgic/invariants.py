# SPDX-License-Identifier: GPL-2.0-only
"""What must hold of the vGIC, one function each, with the locks that make it readable.

The numbers are those of docs/invariants.md. Each raises ModelFailure with a `Failure` that says
which interrupt is wrong and how. When they are called is the business of watch.py.
"""

from collections.abc import Sequence
from typing import NoReturn

from harness import Failure, ListHead
from harness.frames import model_function
from vgic.irq import VgicIrq, irq_is_pending
from vgic.vm import Kvm, Vcpu

LOOKS_ON = True


def _fail(kvm: Kvm, kind: str, message: str, *functions: str) -> NoReturn:
    kvm.scheduler.fail(Failure(kind, message, functions))


def _names(irqs: Sequence[VgicIrq]) -> str:
    return ", ".join(irq.name for irq in irqs) or "none"


def lists_are_whole(kvm: Kvm, vcpu: Vcpu) -> list[VgicIrq]:
    """I1 and I2: both rings are well formed, and hold exactly the interrupts that say so.

    Locks: the vCPU's ap_list_lock.

    Returns:
        The entries of the overflow list, then those of the AP-list.
    """
    vgic_cpu = vcpu.vgic_cpu
    entries = vgic_cpu.ap_list_head.verify()
    if not vgic_cpu.overflow_ap_list_head.empty:
        entries = vgic_cpu.overflow_ap_list_head.verify() + entries
    for irq in entries:
        if irq.vcpu is not vcpu:
            _fail(
                kvm,
                "I1 list without vcpu",
                f"{irq} is on a list of {vcpu} but says {irq.vcpu}",
                model_function(),
            )
    claimed = [irq for irq in kvm.dist.spis if irq.vcpu is vcpu]
    if len(claimed) != len(entries):
        _wrong_membership(kvm, vcpu, claimed, entries)
    return entries


def _wrong_membership(
    kvm: Kvm, vcpu: Vcpu, claimed: Sequence[VgicIrq], entries: Sequence[VgicIrq]
) -> NoReturn:
    unlisted = [irq for irq in claimed if irq not in entries]
    if unlisted:
        _fail(
            kvm,
            "I1 vcpu without list",
            f"{_names(unlisted)}: on none of the lists of {vcpu}, but says so",
            model_function(),
        )
    twice = [irq for irq in claimed if entries.count(irq) > 1]
    _fail(
        kvm,
        "I1 on two lists",
        f"{_names(twice)}: on both the AP-list and the overflow list of {vcpu}",
        model_function(),
    )


def overflow_is_empty(kvm: Kvm, vcpu: Vcpu) -> None:
    """I3: the overflow list is empty outside the window from flush to prune.

    Locks: none needed in the vCPU's own thread, else its ap_list_lock.
    """
    overflow: ListHead[VgicIrq] = vcpu.vgic_cpu.overflow_ap_list_head
    if not overflow.empty:
        _fail(
            kvm,
            "I3 overflow left behind",
            f"{overflow.name} holds {_names(overflow.verify())} while {vcpu} is outside the "
            "window from flush to prune",
        )


def active_is_acknowledged(kvm: Kvm, vcpu: Vcpu, stack: Sequence[int]) -> None:
    """I13: after a sync the active interrupts are those the guest has acknowledged, not ended.

    For EOImode 0, as long as nobody writes active states from outside.

    Locks: none needed: in the vCPU's own thread nobody else changes them.
    """
    for irq in kvm.dist.spis:
        handled = irq.intid in stack
        if irq.active and irq.vcpu is vcpu and not handled:
            _fail(
                kvm,
                "I13 stuck active",
                f"{irq} is active on {vcpu} but its guest has ended it; open handlers: {stack}",
                "kvm_vgic_sync_hwstate",
            )
        if handled and not (irq.active and irq.vcpu is vcpu):
            _fail(
                kvm,
                "I13 active state lost",
                f"{irq} is not active though the guest on {vcpu} is still handling it; "
                f"open handlers: {stack}",
                "kvm_vgic_sync_hwstate",
            )


def arrivals_keep_active_state(
    kvm: Kvm, active_before: Sequence[VgicIrq], arrivals: frozenset[VgicIrq]
) -> None:
    """I15: EOIcount deactivates nothing that was queued while the vCPU ran.

    Args:
        kvm: the VM.
        active_before: what was active outside the list registers when the guest was left.
        arrivals: what was queued since the flush.

    Locks: none needed: in the vCPU's own thread nobody else changes active states.
    """
    for irq in active_before:
        if irq in arrivals and not irq.active:
            _fail(
                kvm,
                "I15 arrival deactivated",
                f"{irq} was queued while its vCPU ran, and EOIcount was accounted to it",
                "kvm_vgic_sync_hwstate",
            )


def nobody_missed_a_kick(kvm: Kvm) -> None:
    """I16: everybody idles, and nothing deliverable waits for a vCPU to look.

    A vCPU that idles in its guest has nothing to acknowledge in its list registers and no exit
    under way; so whatever is pending for it in memory became so after its flush, unannounced.

    Locks: none needed: nobody is running.
    """
    for irq in kvm.dist.spis:
        if not (irq.enabled and irq_is_pending(irq) and kvm.dist.enabled):
            continue
        if irq.target_vcpu is not None and irq.vcpu is None:
            _fail(kvm, "I8 pending but not queued", f"{irq} is pending but on no list")
        if irq.vcpu is not None and _would_take(irq.vcpu, irq):
            _fail(
                kvm,
                "I16 missed kick",
                f"{irq} is pending for {irq.vcpu}, which idles in its guest with no request, "
                "IPI or maintenance interrupt under way",
            )


def _would_take(vcpu: Vcpu, irq: VgicIrq) -> bool:
    vmcr = vcpu.cpuif.vmcr
    return (
        irq.target_vcpu is vcpu
        and vmcr.group_enabled[irq.group]
        and irq.priority < min(vmcr.pmr, vcpu.cpuif.running_priority)
    )


def nothing_is_stuck(kvm: Kvm) -> None:
    """O4: after the drain nothing is active, pending or listed, and no list register is in use.

    Locks: none needed: nobody is running.
    """
    for irq in kvm.dist.spis:
        if irq.on_lr:  # the fields below are stale; a guest that idles has ended what is there
            continue
        if irq.active:
            _fail(kvm, "stuck active", f"{irq} is active after the drain and nobody handles it")
        if irq.enabled and irq_is_pending(irq):
            _fail(kvm, "stuck pending", f"{irq} is pending after the drain and nobody takes it")
        if irq.vcpu is not None:
            _fail(kvm, "stuck on a list", f"{irq} is idle but on a list of {irq.vcpu}")


def no_edge_is_lost(kvm: Kvm, unserved: Sequence[VgicIrq]) -> None:
    """I9: every edge a device sent is followed by an acknowledge.

    Args:
        kvm: the VM.
        unserved: interrupts with an edge sent after their last acknowledge.

    Locks: none needed: nobody is running.
    """
    if unserved:
        _fail(
            kvm,
            "I9 lost edge",
            f"{_names(unserved)}: sent by a device, never acknowledged by the guest since",
        )
