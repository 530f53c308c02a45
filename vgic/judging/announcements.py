# SPDX-License-Identifier: GPL-2.0-only
"""Who has something for a vCPU gets it to look, before his call returns: I16, while guests run.

Everybody may be far from idle. When the last who had to announce an interrupt has returned, its
vCPU has an exit under way, or it has seen the interrupt, or its guest has more urgent things to do.
"""

from collections import Counter, defaultdict

from vgic.data import IN_GUEST_MODE, Exit, Kvm, Vcpu, VgicIrq
from vgic.hardware import IDLE_PRIORITY
from vgic.judging.bookkeeping import Bookkeeping
from vgic.judging.judge import Judge, deliverable, fail, would_take
from vgic.judging.lists import Lists
from vgic.judging.registers import Registers


class Announcements(Judge):
    """Judges each arrival when whoever had to announce it has returned, and at each end.

    Whoever puts an interrupt on a list announces it before his thread does anything else that is
    announced here; whoever sends or enables one, before he returns.
    """

    def __init__(self, kvm: Kvm, books: Bookkeeping, registers: Registers, lists: Lists) -> None:
        """Begin to listen.

        Args:
            kvm: the VM.
            books: tell who touches an interrupt; they hear of each event first.
            registers: tell what a flush has left outside; they hear of that first.
            lists: tell when each vCPU has flushed, and when it had seen its list by then.
        """
        super().__init__(kvm)
        self._books = books
        self._outside = registers.outside
        self._flushed_at, self._seen_at = lists.flushed_at, lists.seen_at
        self._in_guest = [False] * len(kvm.vcpus)
        self._seen: list[list[VgicIrq]] = [[] for _ in kvm.vcpus]
        self._waiting: list[list[VgicIrq]] = [[] for _ in kvm.vcpus]
        self._added: defaultdict[str, list[VgicIrq]] = defaultdict(list)
        self._announcers: Counter[VgicIrq] = Counter()

    def added(self, vcpu: Vcpu, irq: VgicIrq) -> None:
        """Remember who has to announce it."""
        self._added[self._kvm.scheduler.current.role].append(irq)
        self._announcers[irq] += 1

    def flushing(self, vcpu: int) -> None:
        """Judge what the thread has queued since it synced."""
        if self._added:
            self._returned()

    def synced(self, vcpu: int) -> None:
        """Judge what prune has moved."""
        if self._added:
            self._returned()

    def driven(self, vcpu: int, intid: int, level: bool) -> None:
        """Judge what a device has sent."""
        if self._added:
            self._returned()
        if level and self._books.irq is not None:
            self._judge(self._books.irq)

    def accessed(self, vcpu: int, access: Exit) -> None:
        """Judge what a guest has sent or enabled."""
        if self._added:
            self._returned()
        irq = self._books.irq
        if irq is not None and (access.asks.pends or access.asks.announces):
            self._judge(irq)

    def entered(self, vcpu: int) -> None:
        """Remember what the summary has counted and no list register holds."""
        self._in_guest[vcpu] = True
        if self._outside[vcpu]:
            here, ledger, since = self._kvm.vcpus[vcpu], self._books.ledger, self._seen_at[vcpu]
            self._seen[vcpu] = [
                irq
                for irq in self._kvm.irqs
                if irq.vcpu is here
                and not irq.on_lr
                and deliverable(self._kvm, here, irq)
                and ledger[irq].listed_at <= since
            ]

    def exited(self, vcpu: int) -> None:
        """Forget what was seen: the next flush counts afresh."""
        self._in_guest[vcpu] = False
        if self._seen[vcpu]:
            self._seen[vcpu] = []
        if self._waiting[vcpu]:
            self._waiting[vcpu] = []

    def ended(self, vcpu: int, intid: int) -> None:
        """Judge again what was not urgent enough while that handler was open."""
        if waiting := self._waiting[vcpu]:
            self._waiting[vcpu] = []
            for irq in waiting:
                self._judge(irq)

    def _returned(self) -> None:
        """Judge what the running thread has put on lists."""
        for irq in self._added.pop(self._kvm.scheduler.current.role, ()):
            self._announcers[irq] -= 1
            self._judge(irq)

    def _judge(self, irq: VgicIrq) -> None:
        """Judge whether the vCPU of an interrupt that was announced by all who had to looks."""
        here = irq.vcpu
        if here is None or not self._in_guest[here.vcpu_id] or irq.on_lr:
            return
        account = self._books.ledger[irq]
        if (
            account.forfeited
            or account.busy
            or account.late
            or self._announcers[irq]
            or account.routed_home_at >= self._flushed_at[here.vcpu_id]
            or irq in self._seen[here.vcpu_id]
            or not deliverable(self._kvm, here, irq)
        ):
            return
        if here.ipi.shut and here.mode.value is IN_GUEST_MODE:
            self._waiting[here.vcpu_id].append(irq)
            running_vcpu_comes_back(self._kvm, here, irq)


def running_vcpu_comes_back(kvm: Kvm, vcpu: Vcpu, irq: VgicIrq) -> None:
    """I16: what is more urgent than what a guest does is announced to its vCPU.

    Args:
        kvm: the VM.
        vcpu: a vCPU that is in its guest and has no IPI under way.
        irq: an interrupt that became deliverable to it after its flush, by what nobody is still to
            announce.

    Locks: none needed: whoever has it in his hands has returned; another may only take it away.
    """
    if would_take(vcpu, irq) and not vcpu.cpuif.maintenance():
        running = vcpu.cpuif.running_priority
        doing = "idles" if running == IDLE_PRIORITY else f"handles one of priority {running}"
        fail(
            kvm,
            "I16 missed kick",
            f"{irq} (priority {irq.priority}) has come for {vcpu}, whose guest {doing}, and no IPI "
            "or maintenance interrupt is under way; a request alone makes no guest leave",
        )
