# SPDX-License-Identifier: GPL-2.0-only
"""What must hold of the list registers: I4, I5, I11, I22, and that the best get one (O10, O11)."""

from collections.abc import Container, Iterator, Sequence

from vgic.data import LEVEL, Kvm, Vcpu, VgicIrq
from vgic.hardware import ListRegister
from vgic.judging.invariants.judge import FLUSH, SYNC, belongs_on, deliverable, fail, listed, names
from vgic.judging.ledger import Ledger

FLUSHES_MAX = 8


def used_lrs_agree(kvm: Kvm, vcpu: Vcpu) -> bool:
    """I4, I5 and I22: from flush to fold each used list register is one interrupt, and legal.

    Locks: none needed: in the vCPU's own thread nobody else touches its list registers.

    Returns:
        Whether something that belongs to the vCPU is in no list register.
    """
    used_lrs = vcpu.vgic_cpu.used_lrs
    irqs = listed(kvm, vcpu)
    if not (irqs or used_lrs):
        return False
    used = vcpu.vgic_cpu.vgic_lr[:used_lrs]
    loaded = [irq for irq in irqs if irq.on_lr]
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
    if len(irqs) > len(loaded):
        for irq in irqs:
            if not irq.on_lr and belongs_on(kvm, irq) is vcpu:
                return True
    return False


def loaded_by_right(kvm: Kvm, vcpu: Vcpu, since: int, ledger: Ledger) -> None:
    """I22 and I11: what is loaded is deliverable here, unless active; a level only if it is up.

    Args:
        kvm: the VM.
        vcpu: the vCPU that has flushed.
        since: the step at which the flush began.
        ledger: tells which interrupts somebody has touched since then, and whose line is down.

    Locks: none needed in the vCPU's own thread, but for interrupts that are touched.
    """
    vgic_cpu = vcpu.vgic_cpu
    for lr in vgic_cpu.vgic_lr[: vgic_cpu.used_lrs]:
        irq = kvm.get_vcpu_irq(vcpu, lr.intid)
        if irq is None:
            continue
        here = lr.active or (irq.enabled and irq.target_vcpu is vcpu)
        phantom = lr.pending and irq.config is LEVEL and ledger.is_down(irq)
        if (here and not phantom) or ledger.is_touched_since(irq, since):
            continue
        if phantom:
            message = f"{irq} is pending for {vcpu}, but nothing has its line up or has pended it"
            fail(kvm, "I11 phantom level", message, FLUSH)
        state = f"enabled={irq.enabled}, target {irq.target_vcpu or 'none'}"
        fail(kvm, "I22 undeliverable loaded", f"{vcpu} is to run with {lr}: {state}", FLUSH)


def _is_level(kvm: Kvm, vcpu: Vcpu, lr: ListRegister) -> bool:
    irq = kvm.get_vcpu_irq(vcpu, lr.intid)
    return irq is not None and irq.config is LEVEL


def no_lr_in_use(kvm: Kvm, vcpu: Vcpu, irqs: Sequence[VgicIrq]) -> None:
    """I4: outside the window no list register is in use.

    Args:
        kvm: the VM.
        vcpu: the vCPU that has synced.
        irqs: what is on its lists.

    Locks: none needed: in the vCPU's own thread nobody else touches its list registers.
    """
    loaded = [irq for irq in irqs if irq.on_lr]
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
    for irq in _left_out(kvm, vcpu):
        if irq not in changed:
            fail(
                kvm,
                "O10 best pending left out",
                f"{irq} (priority {irq.priority}) is deliverable to {vcpu} but in no list "
                f"register; those hold {_loaded(vcpu)}",
                FLUSH,
            )


def nobody_starves(kvm: Kvm, vcpu: Vcpu, left_out: dict[VgicIrq, int]) -> None:
    """O11: what changes during one flush after the other keeps nothing outside for ever.

    A key that changes in the middle of a sort can leave the best outside, once. O10 is silent
    then; it is not to happen over and over to the same interrupt.

    Args:
        kvm: the VM.
        vcpu: the vCPU that has flushed, while something changed.
        left_out: in how many flushes in a row each was left out so far; brought up to date.

    Locks: none needed: an interrupt that changes right now is left out no more often than it was.
    """
    before = dict(left_out)
    left_out.clear()
    for irq in _left_out(kvm, vcpu):
        left_out[irq] = times = before.get(irq, 0) + 1
        if times == FLUSHES_MAX:
            fail(
                kvm,
                "O11 best pending starves",
                f"{irq} (priority {irq.priority}) was deliverable to {vcpu} in {times} flushes "
                f"in a row and got no list register; those hold {_loaded(vcpu)}",
                "vgic_flush_lr_state",
            )


def _left_out(kvm: Kvm, vcpu: Vcpu) -> Iterator[VgicIrq]:
    """Yield what is deliverable and outside although a list register is free or holds a lesser."""
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
            and deliverable(kvm, vcpu, irq)
        ):
            yield irq


def _loaded(vcpu: Vcpu) -> str:
    vgic_cpu = vcpu.vgic_cpu
    return ", ".join(map(str, vgic_cpu.vgic_lr[: vgic_cpu.used_lrs])) or "nothing"
