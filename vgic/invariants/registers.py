# SPDX-License-Identifier: GPL-2.0-only
"""What must hold of the list registers: I4, I5, I22, and that the best have got one (O10)."""

from collections.abc import Container

from vgic.invariants.judge import FLUSH, SYNC, deliverable, fail, names
from vgic.irq import Config, VgicIrq
from vgic.vm import Kvm, Vcpu

LOOKS_ON = True


def used_lrs_agree(kvm: Kvm, vcpu: Vcpu) -> None:
    """I4, I5 and I22: from flush to fold each used list register is one interrupt, and legal.

    Locks: none needed: in the vCPU's own thread nobody else touches its list registers.
    """
    used = vcpu.vgic_cpu.vgic_lr[: vcpu.vgic_cpu.used_lrs]
    loaded = [irq for irq in kvm.irqs if irq.on_lr and irq.vcpu is vcpu]
    if len(loaded) != len(used):
        fail(
            kvm,
            "I4 list registers miscounted",
            f"{vcpu} uses {len(used)} list registers, but {names(loaded)} say they are in one",
            FLUSH,
        )
    if len({lr.intid for lr in used}) != len(used):
        fail(kvm, "I5 INTID in two list registers", f"{vcpu}: {', '.join(map(str, used))}", FLUSH)
    for lr in used:
        irq = kvm.get_vcpu_irq(vcpu, lr.intid)
        both = lr.pending and lr.active
        if not (lr.pending or lr.active) or (
            both and irq is not None and irq.config is Config.LEVEL
        ):
            fail(kvm, "I22 illegal list register", f"{vcpu} is to run with {lr}", FLUSH)


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
