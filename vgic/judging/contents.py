# SPDX-License-Identifier: GPL-2.0-only
"""What a guest is going to see of an interrupt is what the interrupt is: I29.

A list register is a copy. What of the interrupt cannot change meanwhile is the same in both: its
active state, and that a level-triggered one asks for a maintenance interrupt at its end; its
priority and group, too, unless somebody writes them. Its pending state can be set or cleared by
others at any time: what it was when the flush began counts, unless somebody has set or cleared it
since, whichever it was.
"""

from collections.abc import Sequence
from typing import NoReturn

from vgic.data import EDGE, LEVEL, Kvm, Vcpu, VgicIrq, irq_is_pending
from vgic.hardware import ListRegister, PhysicalInterrupt
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
        self._lists = lists
        self._members = list(lists.members)
        self._pending: list[list[VgicIrq]] = [[] for _ in kvm.vcpus]

    def flushing(self, vcpu: int) -> None:
        """Remember what is listed, and what of that is pending."""
        self._members[vcpu] = members = self._lists.members[vcpu]
        if members:
            self._pending[vcpu] = list(filter(irq_is_pending, members))

    def entered(self, vcpu: int) -> None:
        """Judge what the hardware has."""
        here = self._kvm.vcpus[vcpu]
        used, lrs = here.vgic_cpu.used_lrs, here.cpuif.lrs
        for lr in lrs[used:]:
            if lr.pending or lr.active:
                is_left_over(self._kvm, here, lr)
        if used:
            self._judge(here, lrs[:used])

    def aborted(self, vcpu: int) -> None:
        """Judge what is going to be folded: the guest sees none of it."""
        here = self._kvm.vcpus[vcpu]
        used = here.vgic_cpu.used_lrs
        if used:
            self._judge(here, here.vgic_cpu.vgic_lr[:used])

    def _judge(self, here: Vcpu, lrs: Sequence[ListRegister]) -> None:
        vcpu, ledger = here.vcpu_id, self._ledger
        members, pending = self._members[vcpu], self._pending[vcpu]
        since = self._lists.flushed_at[vcpu]
        for lr in lrs:
            irq = holds_its_interrupt(self._kvm, here, lr, since, ledger)
            if irq in members:
                before = irq in pending
                pending_is_as_asked_for(self._kvm, here, lr, irq, since, ledger, before=before)


def holds_its_interrupt(
    kvm: Kvm, vcpu: Vcpu, lr: ListRegister, since: int, ledger: Ledger
) -> VgicIrq:
    """I29: a list register in use has an interrupt of the vCPU's lists, as that is.

    Args:
        kvm: the VM.
        vcpu: the vCPU that has flushed.
        lr: one of its list registers.
        since: the step at which the flush began.
        ledger: tells who may have given the interrupt another priority since then.

    Returns:
        The interrupt.

    Locks: none needed in the vCPU's own thread: nobody else changes any of this but the priority.
    """
    irq = kvm.get_vcpu_irq(vcpu, lr.intid)
    if irq is None or not irq.on_lr or irq.vcpu is not vcpu:
        what = (
            f"there is no interrupt {lr.intid}" if irq is None else f"{irq} says that it is in none"
        )
        _differs(kvm, vcpu, f"a list register has {lr}, and {what}")
    named = named_by_its_register(kvm, irq)
    keys_differ = lr.priority != irq.priority or lr.group != irq.group
    if (
        (keys_differ and not ledger.is_prioritized_since(irq, since))
        or lr.active is not irq.active
        or lr.hw is not named
        or (
            irq.config is LEVEL
            and named is None
            and not lr.eoi
            and not ledger.is_retriggered_since(irq, since)
        )
    ):
        _differs(kvm, vcpu, f"{irq} is in {lr} {_difference(lr, irq, named)}")
    return irq


def named_by_its_register(kvm: Kvm, irq: VgicIrq) -> PhysicalInterrupt | None:
    """Return the physical interrupt that is to be deactivated with a virtual one, None if none."""
    return None if kvm.implementation.no_hw_deactivation else irq.physical


def _difference(lr: ListRegister, irq: VgicIrq, named: PhysicalInterrupt | None) -> str:
    if lr.priority != irq.priority:
        return f"with priority {lr.priority}, and has {irq.priority}"
    if lr.group != irq.group:
        return f"in group {lr.group}, and is in {irq.group}"
    if lr.active is not irq.active:
        return f"and is {'active' if irq.active else 'not active'}"
    if lr.hw is not named:
        return f"and deactivates {lr.hw or 'nothing physical'}, not {named or 'that'}"
    return "without EOI, so nobody hears of the end of a level"


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
    """I29: what was pending when the flush began is pending in the list register, nothing else.

    A level that is active is not pending beside that (I22). An edge is in one place: its latch is
    clear. An SGI that others have sent as well is presented once for each: it stays pending in
    memory for them, and while it is active none of them is in its list register.

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
    edge = irq.config is EDGE
    if before:
        lost = not lr.pending and (edge or not lr.active)
        if lost and not (lr.active and irq.source) and not ledger.may_be_cleared_since(irq, since):
            _differs(kvm, vcpu, f"{irq} is pending, and {lr} says otherwise")
    elif lr.pending and not ledger.may_be_set_since(irq, since):
        _differs(kvm, vcpu, f"{irq} is not pending, and {lr} says otherwise")
    if edge and irq.pending_latch and not irq.source and not ledger.may_be_set_since(irq, since):
        _differs(kvm, vcpu, f"{irq} is in {lr}, and its latch has not been cleared")


def is_left_over(kvm: Kvm, vcpu: Vcpu, lr: ListRegister) -> NoReturn:
    """I29: fail for a list register that is not in use and is not empty: the guest sees it.

    Locks: none needed: the CPU interface is the vCPU's own.
    """
    _differs(kvm, vcpu, f"{lr} is in a list register that is not in use")


def _differs(kvm: Kvm, vcpu: Vcpu, what: str) -> NoReturn:
    fail(kvm, "I29 list register differs", f"{vcpu} is to run, but {what}", FLUSH)
