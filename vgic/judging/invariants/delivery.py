# SPDX-License-Identifier: GPL-2.0-only
"""What must hold of delivery: I8, I9, I16, I21, I24, O4.

Judged when everybody idles, but for I21 and I24, which see that it comes to that.
"""

from collections.abc import Callable, Sequence

from vgic.data import EDGE, LEVEL, Kvm, Vcpu, VgicIrq, irq_is_pending
from vgic.judging.invariants.judge import FLUSH, fail, names

RETRIES_MAX = 100

ENTRIES_MAX = 64
"""More than all devices and guests of a scenario together can ask for exits."""


def nobody_missed_a_kick(kvm: Kvm, excused: Callable[[Vcpu, VgicIrq], bool]) -> None:
    """I8 and I16: everybody idles, and nothing deliverable waits for a vCPU to look.

    A vCPU that idles in its guest has nothing to acknowledge in its list registers and no exit
    under way; so whatever is pending for it in memory became so after its flush, unannounced.

    Args:
        kvm: the VM.
        excused: tells of an interrupt on a vCPU's list whether a documented quirk lets it wait.

    Locks: none needed: nobody is running.
    """
    for irq in kvm.irqs:
        target = irq.target_vcpu
        if target is None or not (irq.enabled and irq_is_pending(irq) and kvm.dist.enabled):
            continue
        if irq.vcpu is None:
            fail(kvm, "I8 pending but not queued", f"{irq} is pending but on no list")
        elif _would_take(irq.vcpu, irq) and not excused(irq.vcpu, irq):
            fail(
                kvm,
                "I16 missed kick",
                f"{irq} is pending for {irq.vcpu}, which idles in its guest with no request, "
                "IPI or maintenance interrupt under way",
            )


def _would_take(vcpu: Vcpu, irq: VgicIrq) -> bool:
    """Tell whether an idling vCPU would take an interrupt; one in a register is not active."""
    return (
        irq.target_vcpu is vcpu
        and vcpu.cpuif.vmcr.group_enabled[irq.group]
        and irq.priority < min(vcpu.cpuif.vmcr.pmr, vcpu.cpuif.running_priority)
    )


def prune_ends(kvm: Kvm, vcpu: Vcpu, in_vain: int) -> None:
    """I21: prune starts again only because it has moved something or something has changed.

    Locks: none needed: the count is the watcher's own.

    Args:
        kvm: the VM.
        vcpu: the vCPU that prunes.
        in_vain: how many times in a row it has started again without having moved anything. As
            many interrupts as there are may have to be moved, and each may come back.
    """
    if in_vain > RETRIES_MAX:
        fail(
            kvm,
            "I21 prune does not end",
            f"{vcpu} has started to prune {in_vain} times in a row and moved nothing",
            "vgic_prune_ap_list",
        )


def exits_for_a_reason(kvm: Kvm, vcpu: Vcpu, entries: int, state: object, before: object) -> None:
    """I24: a vCPU whose guest gets to do nothing is not made to exit over and over for the same.

    Locks: none needed in the vCPU's own thread.

    Args:
        kvm: the VM.
        vcpu: the vCPU, which has just been made to leave, before it syncs.
        entries: how many entries in a row its guest has done nothing in.
        state: what its lists, registers and guest look like now.
        before: what they looked like half as many entries ago.
    """
    if entries == ENTRIES_MAX and state == before:
        fail(
            kvm,
            "I24 exit storm",
            f"{vcpu} has entered {entries} times in a row and its guest did nothing, with the "
            f"same list registers: {_why_it_exits(vcpu)}",
            "kvm_arch_vcpu_ioctl_run",
        )


def _why_it_exits(vcpu: Vcpu) -> str:
    """Name what makes the vCPU leave its guest."""
    hcr = vcpu.cpuif.hcr
    reasons = {
        "a request is pending": vcpu.requests.bits != 0,
        "an IPI is pending": not vcpu.ipi.shut,
        "underflow is enabled (UIE)": hcr.uie,
        "no pending is enabled (NPIE)": hcr.npie,
        "a count is enabled (LRENPIE)": hcr.lrenpie and hcr.eoicount > 0,
        "a group's state is (VGRPxIE)": any((*hcr.grp_enabled_ie, *hcr.grp_disabled_ie)),
        "an empty list register asks for it (EOI)": any(lr.eoi for lr in vcpu.cpuif.lrs),
    }
    return ", ".join(reason for reason, holds in reasons.items() if holds)


def guest_gets_to_act(kvm: Kvm, vcpu: Vcpu) -> None:
    """I24: no maintenance interrupt is asserted when the guest is entered, where that can be.

    With one list register and something outside it the underflow condition always holds.

    Locks: none needed in the vCPU's own thread, where nothing on its list changed in the flush.
    """
    cpuif = vcpu.cpuif
    used = sum(lr.pending or lr.active for lr in cpuif.lrs)
    waiting = sum(lr.pending and not lr.active for lr in cpuif.lrs)
    underflow = cpuif.hcr.uie and used <= 1 and kvm.nr_lr > 1
    if underflow or (cpuif.hcr.npie and not waiting):
        fail(
            kvm,
            "I24 exit at entry",
            f"{vcpu} is to run with {used} list registers in use, {waiting} of them pending, and "
            f"is made to leave before its first instruction: {_why_it_exits(vcpu)}",
            FLUSH,
        )


def nothing_is_stuck(kvm: Kvm) -> None:
    """O4: after the drain nothing is active, pending or listed.

    Locks: none needed: nobody is running.
    """
    for irq in kvm.irqs:
        if irq.on_lr:  # the fields below are stale; a guest that idles has ended what is there
            continue
        if irq.active:
            fail(kvm, "stuck active", f"{irq} is active after the drain and nobody handles it")
        if irq.enabled and irq_is_pending(irq):
            fail(kvm, "stuck pending", f"{irq} is pending after the drain and nobody takes it")
        if irq.vcpu is not None:
            fail(kvm, "stuck on a list", f"{irq} is idle but on a list of {irq.vcpu}")


def nothing_is_lost(kvm: Kvm, unserved: Sequence[VgicIrq]) -> None:
    """I9: whatever was sent, as an edge or by software, is followed by an acknowledge.

    Args:
        kvm: the VM.
        unserved: interrupts that were sent after their last acknowledge.

    Locks: none needed: nobody is running.
    """
    for config, kind in ((EDGE, "I9 lost edge"), (LEVEL, "I9 lost pend")):
        lost = [irq for irq in unserved if irq.config is config]
        if lost:
            fail(kvm, kind, f"{names(lost)}: sent, and never acknowledged by the guest since")


def arrival_was_told(kvm: Kvm, vcpu: Vcpu, irq: VgicIrq, *, seen: bool) -> None:
    """I16: everybody idles, and a flush has seen whatever joined a list.

    Whoever puts an interrupt on a list tells its vCPU, wherever it may be routed by then.

    Args:
        kvm: the VM.
        vcpu: a vCPU that idles.
        irq: an interrupt on its list.
        seen: the vCPU's last flush found it there.

    Locks: none needed: nobody is running.
    """
    if not seen:
        fail(
            kvm,
            "I16 arrival unannounced",
            f"{irq} was put on the list of {vcpu} after its last flush, and it idles in its guest "
            "with no request, IPI or maintenance interrupt under way",
        )
