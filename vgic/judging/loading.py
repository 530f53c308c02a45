# SPDX-License-Identifier: GPL-2.0-only
"""What is in the list registers deserves it: I11, I22, I24, and that the best get one: O10, O11."""

from collections.abc import Container, Iterator

from vgic.data import LEVEL, Kvm, Vcpu, VgicIrq, is_sgi
from vgic.hardware import ListRegister
from vgic.judging.bookkeeping import Bookkeeping
from vgic.judging.judge import FLUSH, Judge, deliverable, fail
from vgic.judging.ledger import Ledger
from vgic.judging.lists import Lists
from vgic.judging.progress import why_it_exits
from vgic.judging.registers import Registers

FLUSHES_MAX = 8


class Loading(Judge):
    """Judges each flush by what was deliverable, and unchanged, since it began."""

    def __init__(self, kvm: Kvm, books: Bookkeeping, registers: Registers, lists: Lists) -> None:
        """Begin to listen.

        Args:
            kvm: the VM.
            books: tell who touches an interrupt.
            registers: tell what a flush has left outside; they hear of that first.
            lists: tell when each vCPU has flushed.
        """
        super().__init__(kvm)
        self._books = books
        self._outside = registers.outside
        self._flushed_at = lists.flushed_at
        self._left_out: list[dict[VgicIrq, int]] = [{} for _ in kvm.vcpus]

    def entered(self, vcpu: int) -> None:
        """Judge the flush."""
        if self._books.forfeited[vcpu]:
            return
        kvm, ledger, since = self._kvm, self._books.ledger, self._flushed_at[vcpu]
        here, outside, left_out = kvm.vcpus[vcpu], self._outside[vcpu], self._left_out[vcpu]
        if here.vgic_cpu.used_lrs:
            loaded_by_right(kvm, here, since, ledger)
        hcr = here.cpuif.hcr
        if outside or hcr.uie or hcr.npie:
            changed = ledger.changed_since(since)
            # A key that changes in the middle of a sort can leave any two others out of order.
            if here in [irq.vcpu for irq in changed]:
                nobody_starves(kvm, here, left_out)
                return
            if outside:
                best_are_loaded(kvm, here, ledger.listed_since(since))
            guest_gets_to_act(kvm, here)
        if left_out:
            left_out.clear()

    def aborted(self, vcpu: int) -> None:
        """Judge the flush, though it was in vain."""
        self.entered(vcpu)


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
                f"{irq} (priority {irq.priority:#04x}) is deliverable to {vcpu} but in no list "
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
                f"{irq} (priority {irq.priority:#04x}) was deliverable to {vcpu} in {times} "
                f"flushes in a row and got no list register; those hold {_loaded(vcpu)}",
                "vgic_flush_lr_state",
            )


def _left_out(kvm: Kvm, vcpu: Vcpu) -> Iterator[VgicIrq]:
    """Yield what is deliverable and outside although a list register is free or holds a lesser."""
    vgic_cpu = vcpu.vgic_cpu
    used = vgic_cpu.vgic_lr[: vgic_cpu.used_lrs]
    worst = max((lr.priority if lr.pending and not lr.active else 0x100 for lr in used), default=0)
    if len(used) < kvm.nr_lr:
        worst = 0x100
    if kvm.is_v2:
        worst = min([worst, *[lr.priority + 1 for lr in used if _goes_first(vcpu, lr)]])
    for irq in kvm.irqs:
        if (
            irq.vcpu is vcpu
            and not irq.on_lr
            and irq.priority < worst
            and deliverable(kvm, vcpu, irq)
        ):
            yield irq


def _goes_first(vcpu: Vcpu, lr: ListRegister) -> bool:
    """Tell whether what is less urgent may wait for an SGI that has more to present (quirk Q16)."""
    return is_sgi(lr.intid) and lr.eoi and vcpu.vgic_cpu.private_irqs[lr.intid].source != 0


def _loaded(vcpu: Vcpu) -> str:
    vgic_cpu = vcpu.vgic_cpu
    return ", ".join(map(str, vgic_cpu.vgic_lr[: vgic_cpu.used_lrs])) or "nothing"


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
            f"is made to leave before its first instruction: {why_it_exits(vcpu)}",
            FLUSH,
        )
