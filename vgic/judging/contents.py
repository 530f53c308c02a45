# SPDX-License-Identifier: GPL-2.0-only
"""What a guest is going to see of an interrupt is what the interrupt is: I27.

A list register is a copy. What of the interrupt cannot change meanwhile is the same in both: its
priority, its group, whether it is active, and that a level-triggered one asks for a maintenance
interrupt at its end. Its pending state can be set or cleared by others at any time: what it was
when the flush began counts, unless somebody has set or cleared it since, whichever it was.
"""

from collections.abc import Iterator, Sequence
from typing import NoReturn

from vgic.data import EDGE, LEVEL, Kvm, Vcpu, VgicIrq, irq_is_pending
from vgic.hardware import ListRegister
from vgic.judging.bookkeeping import Bookkeeping
from vgic.judging.judge import FLUSH, Judge, fail
from vgic.judging.ledger import Ledger
from vgic.judging.lists import Lists


class Contents(Judge):
    """Compares the list registers with the interrupts after each flush."""

    def __init__(self, kvm: Kvm, books: Bookkeeping, lists: Lists) -> None:
        """Begin to listen.

        Args:
            kvm: the VM.
            books: tell who has set or cleared a pending state.
            lists: tell when each vCPU has flushed.
        """
        super().__init__(kvm)
        self._ledger = books.ledger
        self._flushed_at = lists.flushed_at
        self._pending: list[list[VgicIrq]] = [[] for _ in kvm.vcpus]

    def flushing(self, vcpu: int) -> None:
        """Remember what is pending."""
        here, pending = self._kvm.vcpus[vcpu], self._pending[vcpu]
        pending.clear()
        for irq in self._kvm.irqs:
            if irq.vcpu is here and irq_is_pending(irq):
                pending.append(irq)

    def entered(self, vcpu: int) -> None:
        """Judge what the hardware has."""
        here = self._kvm.vcpus[vcpu]
        nothing_is_left_over(self._kvm, here)
        self._judge(here, here.cpuif.lrs)

    def aborted(self, vcpu: int) -> None:
        """Judge what is going to be folded: the guest sees none of it."""
        here = self._kvm.vcpus[vcpu]
        self._judge(here, here.vgic_cpu.vgic_lr)

    def _judge(self, here: Vcpu, lrs: Sequence[ListRegister]) -> None:
        used, kvm, vcpu = here.vgic_cpu.used_lrs, self._kvm, here.vcpu_id
        since, before = self._flushed_at[vcpu], self._pending[vcpu]
        for n in range(used):
            lr = lrs[n]
            irq = holds_its_interrupt(kvm, here, n, lr)
            if self._ledger[irq].listed_at < since:
                pending_is_as_asked_for(
                    kvm, here, lr, irq, since, self._ledger, before=irq in before
                )


def holds_its_interrupt(kvm: Kvm, vcpu: Vcpu, number: int, lr: ListRegister) -> VgicIrq:
    """I27: a list register in use has an interrupt of the vCPU's lists, as that is.

    Args:
        kvm: the VM.
        vcpu: the vCPU that has flushed.
        number: which of its list registers it is.
        lr: the register.

    Returns:
        The interrupt.

    Locks: none needed in the vCPU's own thread: nobody else changes any of this.
    """
    irq = kvm.get_vcpu_irq(vcpu, lr.intid)
    if irq is None or not irq.on_lr or irq.vcpu is not vcpu:
        what = f"no interrupt {lr.intid}" if irq is None else f"{irq}, which says it is in none"
        _differs(kvm, vcpu, f"list register {number} has {what}")
    for what in _differences(lr, irq):
        _differs(kvm, vcpu, f"{irq} is in list register {number} {what}")
    return irq


def _differences(lr: ListRegister, irq: VgicIrq) -> Iterator[str]:
    if lr.priority != irq.priority:
        yield f"with priority {lr.priority}, and has {irq.priority}"
    if lr.group != irq.group:
        yield f"in group {lr.group}, and is in {irq.group}"
    if lr.active is not irq.active:
        yield "active, and is not" if lr.active else "as if it were not active"
    if irq.config is LEVEL and not lr.eoi:
        yield "without EOI, so nobody hears of the end of a level"


def pending_is_as_asked_for(
    kvm: Kvm,
    vcpu: Vcpu,
    lr: ListRegister,
    irq: VgicIrq,
    since: int,
    ledger: Ledger,
    *,
    before: bool,
) -> None:
    """I27: what was pending when the flush began is pending in the list register, nothing else.

    A level that is active is not pending beside that (I22). An edge is in one place: its latch is
    clear.

    Args:
        kvm: the VM.
        vcpu: the vCPU that has flushed.
        lr: the interrupt's list register.
        irq: the interrupt, which was on a list of the vCPU since before the flush.
        since: the step at which the flush began.
        ledger: tells who may have set or cleared the pending state since then.
        before: it was pending then.

    Locks: none needed in the vCPU's own thread, but for what others set and clear.
    """
    if before and not lr.pending and not (lr.active and irq.config is LEVEL):
        if not ledger.may_be_cleared_since(irq, since):
            _differs(kvm, vcpu, f"{irq} is pending, and {lr} says otherwise")
    elif not ledger.may_be_set_since(irq, since):
        if lr.pending and not before:
            _differs(kvm, vcpu, f"{irq} is not pending, and {lr} says otherwise")
        if irq.config is EDGE and irq.pending_latch:
            _differs(kvm, vcpu, f"{irq} is in {lr}, and its latch has not been cleared")


def nothing_is_left_over(kvm: Kvm, vcpu: Vcpu) -> None:
    """I27: what is in no list register that is in use is not before the guest's eyes.

    Locks: none needed: the CPU interface is the vCPU's own.
    """
    lrs = vcpu.cpuif.lrs
    for number in range(vcpu.vgic_cpu.used_lrs, len(lrs)):
        lr = lrs[number]
        if lr.pending or lr.active:
            _differs(kvm, vcpu, f"list register {number} is not in use, and has {lr}")


def _differs(kvm: Kvm, vcpu: Vcpu, what: str) -> NoReturn:
    fail(kvm, "I27 list register differs", f"{vcpu} is to run, but {what}", FLUSH)
