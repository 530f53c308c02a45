# SPDX-License-Identifier: GPL-2.0-only
"""Who has something for a vCPU gets it to look, before his call returns: I16, while guests run.

Everybody may be far from idle. When the last who had to announce an interrupt has returned, its
vCPU has an exit under way, or it has seen the interrupt, or its guest has more urgent things to do.
"""

from collections import defaultdict
from typing import NoReturn

from vgic.data import IN_GUEST_MODE, Exit, Kvm, Vcpu, VgicIrq
from vgic.hardware import IDLE_PRIORITY
from vgic.judging.bookkeeping import Bookkeeping
from vgic.judging.judge import Judge, deliverable, fail, would_take
from vgic.judging.lists import Lists
from vgic.judging.registers import Registers


class Announcements(Judge):
    """Judges each arrival when whoever had to announce it has returned, and at each end.

    Whoever puts an interrupt on a list announces it before his thread does anything else that is
    announced here; whoever sends, enables or deactivates one, before he returns.
    """

    def __init__(self, kvm: Kvm, books: Bookkeeping, registers: Registers, lists: Lists) -> None:
        """Begin to listen.

        Args:
            kvm: the VM.
            books: tell who touches an interrupt, and when each vCPU has left its guest; they hear
                of each event first.
            registers: tell what a flush has left outside, and when each guest was entered.
            lists: tell when each vCPU has flushed, and when it had seen its list by then.
        """
        super().__init__(kvm)
        self._books = books
        self._registers = registers
        self._flushed_at, self._seen_at = lists.flushed_at, lists.seen_at
        self._waiting: list[list[VgicIrq]] = [[] for _ in kvm.vcpus]
        self._deferred: list[VgicIrq] = []
        self._active_at = [-1] * len(kvm.vcpus)
        self._added: defaultdict[str, list[VgicIrq]] = defaultdict(list)
        self._announcers: dict[VgicIrq, int] = {}

    def added(self, vcpu: Vcpu, irq: VgicIrq) -> None:
        """Remember who has to announce it."""
        self._added[self._kvm.scheduler.current.role].append(irq)
        self._announcers[irq] = self._announcers.get(irq, 0) + 1

    def flushing(self, vcpu: int) -> None:
        """Judge what the thread has moved or queued since it came out of its guest."""
        if self._added or self._deferred:
            self._returned()

    def driven(self, vcpu: int, intid: int, level: bool) -> None:
        """Judge what a device has sent."""
        if self._added or self._deferred:
            self._returned()
        if level and self._books.irq is not None:
            self._judge(self._books.irq)

    def accessed(self, vcpu: int, access: Exit) -> None:
        """Judge what a guest has sent or enabled."""
        if self._added or self._deferred:
            self._returned()
        irq, asks = self._books.irq, access.asks
        for each in self._kvm.irqs if asks.of_all else self._books.sent:
            self._judge(each)
        if irq is not None and (asks.pends or asks.announces):
            self._judge(irq)

    def ended(self, vcpu: int, intid: int) -> None:
        """Judge again what was not urgent enough while that handler was open."""
        if waiting := self._waiting[vcpu]:
            self._waiting[vcpu] = []
            for irq in waiting:
                self._judge(irq)

    def dropped(self, vcpu: int, intid: int) -> None:
        """Judge that again: the handler's priority is not active any more."""
        self.ended(vcpu, intid)

    def deactivating(self, vcpu: int, intid: int) -> None:
        """Remember whether it is active and in no list register, so that flushes pass it over."""
        irq = self._books.irq
        outside = irq is not None and irq.active and not irq.on_lr
        self._active_at[vcpu] = self._kvm.scheduler.steps if outside else -1

    def deactivated(self, vcpu: int, intid: int) -> None:
        """Judge what has been deactivated for a guest: it may be pending, for another vCPU."""
        if self._added or self._deferred:
            self._returned()
        if self._books.irq is not None:
            self._judge(self._books.irq, active_at=self._active_at[vcpu])

    def _returned(self) -> None:
        """Judge what the running thread has put on lists, and what others had to wait for."""
        added = self._added.pop(self._kvm.scheduler.current.role, [])
        for irq in added:
            self._announcers[irq] -= 1
        deferred, self._deferred = self._deferred, []
        for irq in deferred + added:
            self._judge(irq)

    def _judge(self, irq: VgicIrq, *, active_at: int = -1) -> None:
        """Judge whether the vCPU of an interrupt that was announced by all who had to looks.

        A flush up to when it was active has left it outside, and asked for nothing.
        """
        here = irq.vcpu
        if here is None or irq.on_lr:
            return
        vcpu = here.vcpu_id
        if self._registers.entered_at[vcpu] <= self._books.left_at[vcpu]:
            return
        account = self._books.ledger[irq]
        if (
            account.forfeited
            or account.busy
            or account.late
            or self._announcers.get(irq)
            or account.routed_home_at >= self._flushed_at[vcpu]
            or (self._flushed_at[vcpu] > active_at and self._was_seen(irq, vcpu))
            or not deliverable(self._kvm, here, irq)
        ):
            return
        if here.ipi.shut and here.mode.value is IN_GUEST_MODE:
            if self._others_announce_to(here):
                self._deferred.append(irq)
            elif not comes_back(here, irq):
                missed(self._kvm, here, irq)
            else:
                self._waiting[vcpu].append(irq)

    def _was_seen(self, irq: VgicIrq, vcpu: int) -> bool:
        """Tell whether the last flush has counted it, and left it outside for want of registers."""
        outside = self._registers.outside[vcpu]
        return irq in outside and self._books.ledger[irq].listed_at <= self._seen_at[vcpu]

    def _others_announce_to(self, here: Vcpu) -> bool:
        """Tell whether somebody is in the middle of what he may kick this vCPU for.

        That is whoever sends, enables or moves another interrupt that is on its list or routed to
        it, or was when he looked: one that was touched since the vCPU's last flush. Two who have
        something for one vCPU may agree that one of them kicks.
        """
        ledger, since = self._books.ledger, self._flushed_at[here.vcpu_id]
        for irq in self._kvm.irqs:
            account = ledger[irq]
            if (account.busy or self._announcers.get(irq)) and (
                here in (irq.vcpu, irq.target_vcpu) or account.touched_at >= since
            ):
                return True
        return False


def comes_back(vcpu: Vcpu, irq: VgicIrq) -> bool:
    """Tell whether a vCPU that is in its guest need not be made to leave it for an interrupt.

    Args:
        vcpu: the vCPU, which has no IPI under way.
        irq: an interrupt that is routed to it.

    Locks: none needed: the CPU interface is read as it is now.
    """
    return not would_take(vcpu, irq) or vcpu.cpuif.maintenance()


def missed(kvm: Kvm, vcpu: Vcpu, irq: VgicIrq) -> NoReturn:
    """I16: fail since what is more urgent than what a guest does is not announced to its vCPU.

    Args:
        kvm: the VM.
        vcpu: a vCPU that is in its guest and has no IPI under way.
        irq: an interrupt that became deliverable to it after its flush, by what nobody is still to
            announce.

    Locks: none needed: whoever has it in his hands has returned; another may only take it away.
    """
    running = vcpu.cpuif.running_priority
    doing = "idles" if running == IDLE_PRIORITY else f"handles one of priority {running}"
    fail(
        kvm,
        "I16 missed kick",
        f"{irq} (priority {irq.priority}) has come for {vcpu}, whose guest {doing}, and no IPI "
        "or maintenance interrupt is under way; a request alone makes no guest leave",
    )
