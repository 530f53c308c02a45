# SPDX-License-Identifier: GPL-2.0-only
"""What must hold of the list registers: I4, I5, I22, and that the best have got one (O10)."""

from collections.abc import Container

from vgic.invariants.judge import FLUSH, SYNC, belongs_on, deliverable, fail, names
from vgic.irq import Config, VgicIrq
from vgic.lr import ListRegister
from vgic.vm import Kvm, Vcpu

LOOKS_ON = True


def used_lrs_agree(kvm: Kvm, vcpu: Vcpu) -> bool:
    """I4, I5 and I22: from flush to fold each used list register is one interrupt, and legal.

    Locks: none needed: in the vCPU's own thread nobody else touches its list registers.

    Returns:
        Whether something that belongs to the vCPU is in no list register.
    """
    used_lrs = vcpu.vgic_cpu.used_lrs
    listed = [irq for irq in kvm.irqs if irq.vcpu is vcpu]
    if not (listed or used_lrs):
        return False
    used = vcpu.vgic_cpu.vgic_lr[:used_lrs]
    loaded = [irq for irq in listed if irq.on_lr]
    if len(loaded) != len(used):
        fail(
            kvm,
            "I4 list registers miscounted",
            f"{vcpu} uses {len(used)} list registers, but {names(loaded)} say they are in one",
            FLUSH,
        )
    seen = set()
    for lr in used:
        if lr.intid in seen:
            fail(
                kvm, "I5 INTID in two list registers", f"{vcpu}: {', '.join(map(str, used))}", FLUSH
            )
        seen.add(lr.intid)
        if not (lr.pending or lr.active) or (lr.pending and lr.active and _is_level(kvm, vcpu, lr)):
            fail(kvm, "I22 illegal list register", f"{vcpu} is to run with {lr}", FLUSH)
    if len(listed) > len(loaded):
        for irq in listed:
            if not irq.on_lr and belongs_on(kvm, irq) is vcpu:
                return True
    return False


def _is_level(kvm: Kvm, vcpu: Vcpu, lr: ListRegister) -> bool:
    irq = kvm.get_vcpu_irq(vcpu, lr.intid)
    return irq is not None and irq.config is Config.LEVEL


def no_lr_in_use(kvm: Kvm, vcpu: Vcpu) -> None:
    """I4: outside the window no list register is in use.

    Locks: none needed: in the vCPU's own thread nobody else touches its list registers.
    """
    loaded = [irq for irq in kvm.irqs if irq.on_lr and irq.vcpu is vcpu]
    if loaded or vcpu.vgic_cpu.used_lrs:
        fail(
            kvm,
            "I4 list registers not folded",
            f"{vcpu} has left the window with {vcpu.vgic_cpu.used_lrs} list registers in use; "
            f"in one: {names(loaded)}",
            SYNC,
        )


def best_are_loaded(kvm: Kvm, vcpu: Vcpu, changed: Container[VgicIrq]) -> None:
    """O10: at the end of flush no deliverable interrupt is outside for the sake of a lesser one.

    Args:
        kvm: the VM.
        vcpu: the vCPU that has flushed.
        changed: interrupts that somebody has touched since the flush began.

    Locks: none needed in the vCPU's own thread, but for interrupts that changed.
    """
    vgic_cpu = vcpu.vgic_cpu
    used = vgic_cpu.vgic_lr[: vgic_cpu.used_lrs]
    worst = max((lr.priority if lr.pending and not lr.active else 0x100 for lr in used), default=0)
    if len(used) < kvm.nr_lr:
        worst = 0x100
    for irq in kvm.irqs:
        if (
            irq.vcpu is vcpu
            and not irq.on_lr
            and irq.priority < worst
            and irq not in changed
            and deliverable(kvm, vcpu, irq)
        ):
            fail(
                kvm,
                "O10 best pending left out",
                f"{irq} (priority {irq.priority}) is deliverable to {vcpu} but in no list "
                f"register; those hold {', '.join(map(str, used)) or 'nothing'}",
                FLUSH,
            )
