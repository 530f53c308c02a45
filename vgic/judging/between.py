# SPDX-License-Identifier: GPL-2.0-only
"""Windows between two reads: an interrupt changes while its vCPU walks the list that it is on.

Wherever a list is walked each irq_lock is taken in turn, so what was read of one entry may be
otherwise by the time the next one is read, or the same one again. Whoever sends, raises or enables
tells the vCPU, which is a window of its own (kick_in_flush); of a level that falls, a disable, a
route or a priority nobody is told. These windows say that one of those happened, and in which walk.
They are seen from outside: the change when its write returns, which is before anybody else runs,
and the walk by the lock that its vCPU waits for and the kernel function in which it does.
"""

from harness.engine import Thread
from vgic.data import Asks, Exit, Kvm, Vcpu, VgicIrq
from vgic.judging.bookkeeping import Bookkeeping
from vgic.judging.judge import FLUSH, SYNC, Judge

SUMMARY, SORT, FLUSHES = "summarize_ap_list", "vgic_sort_ap_list", "vgic_flush_lr_state"
FOLDS, PRUNES = "vgic_v3_fold_lr_state", "vgic_prune_ap_list"


class Between(Judge):
    """Notes the windows between two reads; it judges nothing."""

    def __init__(self, kvm: Kvm, books: Bookkeeping, crossed_ones: set[str]) -> None:
        """Begin to listen.

        Args:
            kvm: the VM.
            books: tell what an event is about; they hear of it first.
            crossed_ones: where the windows are noted.
        """
        super().__init__(kvm)
        self._books = books
        self.crossed_ones = crossed_ones
        # What was in the field that each vCPU's access writes, before it did.
        self._before: list[object] = [None] * len(kvm.vcpus)
        # The interrupts whose lines devices are about to lower, and which are up.
        self._falling: set[VgicIrq] = set()

    def driving(self, vcpu: int, intid: int, level: bool) -> None:
        """Remember a line that is about to fall."""
        irq = self._books.irq
        if not level and irq is not None and irq.line_level:
            self._falling.add(irq)

    def driven(self, vcpu: int, intid: int, level: bool) -> None:
        """Look who is walking over an interrupt whose line has just fallen."""
        irq = self._books.irq
        if not level and irq in self._falling:
            self._falling.remove(irq)
            self._changed(irq)

    def accessing(self, vcpu: int, access: Exit) -> None:
        """Remember what is in the field that is about to be written."""
        irq, field = self._books.irq, _silently_written(access.asks)
        if irq is not None and field:
            self._before[vcpu] = getattr(irq, field)

    def accessed(self, vcpu: int, access: Exit) -> None:
        """Look who is walking over what was just written, if nobody is told of that."""
        irq, field = self._books.irq, _silently_written(access.asks)
        if irq is not None and field and getattr(irq, field) != self._before[vcpu]:
            self._changed(irq)

    def _changed(self, irq: VgicIrq) -> None:
        """Look for the vCPU that walks the list that an interrupt is on, if it is on any."""
        here, scheduler = irq.vcpu, self._kvm.scheduler
        if here is None:
            return
        walker = next((each for each in scheduler.threads if each.role == here.role), None)
        if walker is not None and walker is not scheduler.current and walker.op.kind == "lock":
            self._note(irq, here, walker)

    def _note(self, irq: VgicIrq, here: Vcpu, walker: Thread) -> None:
        """Note which window an entry has changed in, if any.

        Locking: none needed: the walker holds ap_list_lock, but for EOIcount's walk, in which
            nobody's place is looked at.
        """
        functions = self._kvm.scheduler.stack_of(walker)
        lock = walker.op.gate
        if SYNC in functions:
            if PRUNES in functions:
                if stands_before(here, irq, lock):
                    self.crossed_ones.add("change_in_prune")
            elif functions[-1] == FOLDS:
                self.crossed_ones.add("change_in_eoi_walk")
        elif FLUSH in functions:
            if SUMMARY in functions:
                if stands_before(here, irq, lock):
                    self.crossed_ones.add("change_in_summary")
            elif SORT in functions:
                self.crossed_ones.add("change_in_sort")
            elif FLUSHES in functions and not irq.on_lr and not stands_before(here, irq, lock):
                self.crossed_ones.add("change_in_walk")


def _silently_written(asks: Asks) -> str:
    """Return which field an access writes without telling anybody, "" if none."""
    if asks.lowers:
        return "line_level"
    return "" if asks.pends or asks.announces else asks.field


def stands_before(vcpu: Vcpu, irq: VgicIrq, lock: object) -> bool:
    """Tell whether an entry stands before that whose lock is given, on a vCPU's AP-list.

    Args:
        vcpu: the vCPU.
        irq: the entry.
        lock: the irq_lock of another one; nothing stands before what is none of the list.

    Locks: the vCPU's ap_list_lock.
    """
    head = vcpu.vgic_cpu.ap_list_head
    node, past = head.next, False
    for _ in range(head.population):
        if node.entry is None:
            return False
        if node.entry.irq_lock is lock:
            return past
        past |= node.entry is irq
        node = node.next
    return False
