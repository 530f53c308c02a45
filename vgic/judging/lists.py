# SPDX-License-Identifier: GPL-2.0-only
"""The lists are whole, and hold what belongs on them: I1, I2, I3, I7, I23, I25, I27."""

from collections.abc import Sequence
from typing import NoReturn

from harness.engine import model_function
from vgic.data import Kvm, Vcpu, VgicIrq
from vgic.judging.active_states import ActiveStates
from vgic.judging.belonging import added_where_it_belongs, nobody_enters
from vgic.judging.bookkeeping import Bookkeeping
from vgic.judging.judge import SYNC, Judge, belongs_on, fail, listed, names
from vgic.judging.ledger import Ledger
from vgic.judging.registers import Registers
from vgic.judging.rings import Entries, entries_of


class Lists(Judge):
    """Checks the lists whenever somebody releases their lock, adds to them, or enters or leaves.

    Attributes:
        flushed_at: for each vCPU, the step at which it began its last flush, -1 before any.
        seen_at: for each vCPU, the step at which that flush had seen its list, -1 before any.
        in_window: for each vCPU, whether it is between flush and sync.
        members: for each vCPU, what was on its lists when their lock was last released; a new
            list each time.
    """

    def __init__(
        self,
        kvm: Kvm,
        registers: Registers,
        books: Bookkeeping,
        states: ActiveStates,
        *,
        breaks_rings: bool = False,
    ) -> None:
        """Begin to listen.

        Args:
            kvm: the VM.
            registers: tell what is listed; they hear of a sync first.
            books: tell who touches an interrupt, when each vCPU has left its guest, and whose guest
                loses by right what it loses.
            states: tell what software has made active.
            breaks_rings: the overflow list is known to be no ring; it is what a walk meets first.
        """
        super().__init__(kvm)
        self.flushed_at = books.flushed_at
        self.seen_at = [-1] * len(kvm.vcpus)
        self.members: list[list[VgicIrq]] = [[] for _ in kvm.vcpus]
        self._listed = registers.listed
        self._books = books
        self._states = states
        self.in_window = [False] * len(kvm.vcpus)
        self._flush_is_new = [False] * len(kvm.vcpus)
        self._put_aside: list[list[VgicIrq]] = [[] for _ in kvm.vcpus]
        self._overflow_of = entries_of(breaks_rings=breaks_rings)

    def flushing(self, vcpu: int) -> None:
        """Begin the window in which there may be an overflow."""
        kvm = self._kvm
        if self._books.halts:
            nobody_enters(kvm, kvm.vcpus[vcpu])
        overflow_is_empty(kvm, kvm.vcpus[vcpu], self._overflow_of)
        self.flushed_at[vcpu] = kvm.scheduler.steps
        self.in_window[vcpu] = self._flush_is_new[vcpu] = True
        self._put_aside[vcpu] = []

    def synced(self, vcpu: int) -> None:
        """End the window, and look at what has stayed."""
        kvm, books, irqs = self._kvm, self._books, self._listed[vcpu]
        overflow_is_empty(kvm, kvm.vcpus[vcpu], self._overflow_of)
        self.in_window[vcpu] = False
        if irqs and not books.forfeited[vcpu]:
            nothing_is_left_behind(kvm, kvm.vcpus[vcpu], irqs, books.left_at[vcpu], books.ledger)

    def list_unlocked(self, vcpu: Vcpu) -> None:
        """Look at both lists of a vCPU before anybody else can."""
        number = vcpu.vcpu_id
        overflow = vcpu.vgic_cpu.overflow_ap_list_head
        aside = [] if overflow.empty else self._overflow_of(overflow)
        self.members[number] = lists_are_whole(self._kvm, vcpu, aside)
        if not self.in_window[number]:
            overflow_is_empty(self._kvm, vcpu, self._overflow_of)
        elif self._kvm.scheduler.current.role != vcpu.role:
            nothing_joins_the_overflow(self._kvm, vcpu, aside, self._put_aside[number])
        else:
            self._put_aside[number] = aside
            if self._flush_is_new[number]:
                self.seen_at[number] = self._kvm.scheduler.steps
                self._flush_is_new[number] = False

    def irq_unlocked(self, irq: VgicIrq) -> None:
        """Look whether an interrupt says that it is on a list exactly if it is on one."""
        if (irq.vcpu is None) is irq.ap_list.linked:
            says_otherwise(self._kvm, irq)

    def added(self, vcpu: Vcpu, irq: VgicIrq) -> None:
        """Look whether an interrupt belongs where it is put."""
        activated = (
            irq.active
            and self._states.is_activated(irq)
            and not any(irq in members for members in self.members)
        )
        added_where_it_belongs(self._kvm, vcpu, irq, activated=activated)


def lists_are_whole(kvm: Kvm, vcpu: Vcpu, aside: Sequence[VgicIrq]) -> list[VgicIrq]:
    """I1 and I2: the ring is well formed, and both lists hold exactly the interrupts that say so.

    Args:
        kvm: the VM.
        vcpu: the vCPU.
        aside: what is on its overflow list.

    Locks: the vCPU's ap_list_lock.

    Returns:
        The entries of the overflow list, then those of the AP-list.
    """
    entries = [*aside, *vcpu.vgic_cpu.ap_list_head.verify()]
    for irq in entries:
        if irq.vcpu is not vcpu:
            fail(
                kvm,
                "I1 list without vcpu",
                f"{irq} is on a list of {vcpu} but says {irq.vcpu}",
                model_function(),
            )
    claimed = 0
    for irq in kvm.irqs:
        if irq.vcpu is vcpu:
            claimed += 1
    if claimed != len(entries):
        _wrong_membership(kvm, vcpu, entries)
    return entries


def _wrong_membership(kvm: Kvm, vcpu: Vcpu, entries: Sequence[VgicIrq]) -> NoReturn:
    claimed = listed(kvm, vcpu)
    unlisted = [irq for irq in claimed if irq not in entries]
    if unlisted:
        fail(
            kvm,
            "I1 vcpu without list",
            f"{names(unlisted)}: on none of the lists of {vcpu}, but says so",
            model_function(),
        )
    twice = [irq for irq in claimed if entries.count(irq) > 1]
    fail(
        kvm,
        "I1 on two lists",
        f"{names(twice)}: on both the AP-list and the overflow list of {vcpu}",
        model_function(),
    )


def says_otherwise(kvm: Kvm, irq: VgicIrq) -> NoReturn:
    """I1: fail for an interrupt that is on a list and says that it is on none, or the reverse.

    Whoever changes either does so under the list's lock and the interrupt's, both.

    Locks: the irq_lock.
    """
    fail(
        kvm,
        "I1 list without vcpu" if irq.vcpu is None else "I1 vcpu without list",
        f"{irq} is on {'a list' if irq.ap_list.linked else 'no list'} but says "
        f"{irq.vcpu or 'none'} as its irq_lock is released",
        model_function(),
    )


def overflow_is_empty(kvm: Kvm, vcpu: Vcpu, overflow_of: Entries) -> None:
    """I3: the overflow list is empty outside the window from flush to prune.

    Args:
        kvm: the VM.
        vcpu: the vCPU.
        overflow_of: says what is on the list, and fails for what is no list.

    Locks: none needed in the vCPU's own thread, else its ap_list_lock.
    """
    overflow = vcpu.vgic_cpu.overflow_ap_list_head
    if not overflow.empty:
        # Where a list need be no ring, what holds nothing at all is still none.
        entries = overflow_of(overflow) or overflow.verify()
        fail(
            kvm,
            "I3 overflow left behind",
            f"{overflow.name} holds {names(entries)} while {vcpu} is outside the "
            "window from flush to prune",
        )


def nothing_joins_the_overflow(
    kvm: Kvm, vcpu: Vcpu, aside: Sequence[VgicIrq], put_aside: Sequence[VgicIrq]
) -> None:
    """I27: what is made pending while a vCPU runs never joins its overflow list.

    EOIcount would be accounted to it, although it was not there when the guest went in.

    Args:
        kvm: the VM.
        vcpu: the vCPU, between its flush and its prune.
        aside: what is on its overflow list.
        put_aside: what it put on its overflow list itself.

    Locks: the vCPU's ap_list_lock.
    """
    arrivals = [irq for irq in aside if irq not in put_aside]
    if arrivals:
        overflow = vcpu.vgic_cpu.overflow_ap_list_head
        fail(
            kvm,
            "I27 arrival on the overflow list",
            f"{names(arrivals)} joined {overflow.name} while {vcpu} was between its flush and its "
            "prune: what arrives then belongs on the AP-list",
            model_function(),
        )


def nothing_is_left_behind(
    kvm: Kvm, vcpu: Vcpu, irqs: Sequence[VgicIrq], since: int, ledger: Ledger
) -> None:
    """I25: after a sync nothing is on the vCPU's list that belongs elsewhere, or nowhere.

    Args:
        kvm: the VM.
        vcpu: the vCPU that has synced.
        irqs: what is on its lists.
        since: the step at which it left its guest.
        ledger: tells which interrupts somebody has touched since then.

    Locks: none needed in the vCPU's own thread, but for interrupts that are touched.
    """
    for irq in irqs:
        where = belongs_on(kvm, irq)
        stays = where is not vcpu and irq.ap_list.linked
        if stays and not ledger.is_touched_since(irq, since):
            fail(
                kvm,
                "I25 left behind",
                f"{irq} is on the list of {vcpu} after its sync, but belongs on "
                f"{f'that of {where}' if where else 'none'}",
                SYNC,
            )
