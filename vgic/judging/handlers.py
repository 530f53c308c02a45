# SPDX-License-Identifier: GPL-2.0-only
"""Guest and host agree on what is being handled: I7, I10 to I15.

All are checked in the vCPU's own thread, where nobody else changes active states, but for those
that a guest deactivates by DIR: they may be active or not until that is done. What software has
activated is active without a handler, and what it has deactivated may have one (active_states.py).
"""

from collections.abc import Sequence

from harness import Failure
from vgic.data import EDGE, Kvm, Vcpu, VgicIrq, is_lpi
from vgic.judging.active_states import ActiveStates
from vgic.judging.bookkeeping import Bookkeeping
from vgic.judging.eoicount import arrivals_keep_active_state, eoicount_is_plausible
from vgic.judging.judge import SYNC, Judge, fail
from vgic.judging.lists import Lists
from vgic.judging.registers import Registers


class Handlers(Judge):
    """Follows each guest's open handlers, and what it ends outside the list registers."""

    def __init__(
        self,
        kvm: Kvm,
        books: Bookkeeping,
        states: ActiveStates,
        registers: Registers,
        lists: Lists,
    ) -> None:
        """Begin to listen.

        Args:
            kvm: the VM.
            books: tell what was sent; they hear of an acknowledge first.
            states: tell what is active, or not active any more, by what software has written.
            registers: tell what is listed; they hear of a sync first.
            lists: tell when each vCPU has flushed.
        """
        super().__init__(kvm)
        self._books = books
        self._states = states
        self._listed = registers.listed
        self._flushed_at = lists.flushed_at
        self._active_outside: list[list[VgicIrq]] = [[] for _ in kvm.vcpus]
        self._stacks: list[list[int]] = [[] for _ in kvm.vcpus]

    def acknowledged(self, vcpu: int, intid: int) -> None:
        """Judge whether the guest may have seen the interrupt."""
        kvm, stack = self._kvm, self._stacks[vcpu]
        stack.append(intid)
        here = kvm.vcpus[vcpu]
        irq, books = self._books.irq, self._books
        if irq is not None and self._states.watches:
            self._states.acknowledge(vcpu, irq)
        if irq is not None and not books.forfeited[vcpu]:
            account = books.ledger[irq]
            if not account.forfeited:
                # Whether the device of what is mapped has asked is told in forwarded.py.
                raised = account.raised or irq.physical is not None
                acknowledged_by_right(kvm, irq, explained=books.explained, raised=raised)
            priorities_nest(kvm, here, self._depth(vcpu))

    def ended(self, vcpu: int, intid: int) -> None:
        """Judge the priorities that are left."""
        self._take_off(vcpu, intid)
        if self._states.watches and self._books.irq is not None:
            self._states.end(vcpu, self._books.irq)
        self._judge_priorities(vcpu)

    def dropped(self, vcpu: int, intid: int) -> None:
        """Judge the priorities that are left; the interrupt is active still."""
        self._judge_priorities(vcpu)

    def deactivating(self, vcpu: int, intid: int) -> None:
        """Take an interrupt off the handlers of whoever has acknowledged it."""
        if (owner := self._books.owner) is not None:
            self._take_off(owner, intid)
            self._states.deactivate(self._books.irq, owner)

    def deactivated(self, vcpu: int, intid: int) -> None:
        """Have it known that it has been deactivated at some moment since."""
        self._states.deactivate(self._books.irq)

    def _take_off(self, vcpu: int, intid: int) -> None:
        """Forget the innermost handler of an interrupt."""
        stack = self._stacks[vcpu]
        del stack[len(stack) - 1 - stack[::-1].index(intid)]

    def _depth(self, vcpu: int) -> int:
        """Return how many handlers are open whose priorities are active."""
        return len(self._stacks[vcpu]) - len(self._books.open.dropped[vcpu])

    def _judge_priorities(self, vcpu: int) -> None:
        if self._books.irq is not None and not self._books.forfeited[vcpu]:
            priorities_nest(self._kvm, self._kvm.vcpus[vcpu], self._depth(vcpu))

    def exited(self, vcpu: int) -> None:
        """Judge the count, before anybody has read it."""
        kvm = self._kvm
        here = kvm.vcpus[vcpu]
        if here.cpuif.hcr.eoicount and not self._books.forfeited[vcpu]:
            eoicount_is_plausible(kvm, here)
            self._active_outside[vcpu] = [
                irq for irq in kvm.irqs if irq.vcpu is here and irq.active and not irq.on_lr
            ]

    def synced(self, vcpu: int) -> None:
        """Judge what the sync has made of the active states."""
        if self._states.watches:
            self._states.judge()
        if self._books.forfeited[vcpu]:
            return
        kvm, irqs, stack = self._kvm, self._listed[vcpu], self._stacks[vcpu]
        if self._active_outside[vcpu]:
            self._judge_account(vcpu)
        if irqs or stack:
            here, states = kvm.vcpus[vcpu], self._states
            handled = states.still_handled(vcpu, stack)
            active_is_acknowledged(kvm, here, states.by_guests(vcpu, irqs), handled)
            active_is_listed(kvm, here, handled)

    def _judge_account(self, vcpu: int) -> None:
        """Judge what EOIcount was accounted to.

        All of it was on a list when the guest was left. Whatever was queued again after that has
        been taken off it as idle: its end was folded before it arrived.
        """
        books, ledger = self._books, self._books.ledger
        arrivals = ledger.listed_since(self._flushed_at[vcpu])
        arrivals -= ledger.listed_since(books.left_at[vcpu])
        arrivals_keep_active_state(self._kvm, self._active_outside[vcpu], arrivals)
        self._active_outside[vcpu] = []


def acknowledged_by_right(kvm: Kvm, irq: VgicIrq, *, explained: bool, raised: bool) -> None:
    """I10 and I11: no edge is acknowledged that was not sent, no level that was never up.

    Args:
        kvm: the VM.
        irq: the interrupt just acknowledged.
        explained: an edge was sent before that no earlier acknowledge has spent, and no other
            edge was one with it; for a level not looked at.
        raised: its level was up, or pended by software, at some time since its last
            deactivation; for an edge not looked at.

    Locks: none needed: both are the judges' own.
    """
    if irq.config is EDGE:
        if not explained:
            fail(
                kvm,
                "I10 phantom edge",
                f"{irq} was acknowledged, but no edge was sent that is still to be acknowledged",
            )
    elif not raised:
        fail(
            kvm,
            "I11 phantom level",
            f"{irq} was acknowledged, but its line was not up since it was last ended",
        )


def priorities_nest(kvm: Kvm, vcpu: Vcpu, depth: int) -> None:
    """I12: each open handler has its active priority, and no other priority is active.

    Args:
        kvm: the VM.
        vcpu: the vCPU.
        depth: how many handlers its guest has open.

    Locks: none needed: the CPU interface is the vCPU's own.
    """
    active = vcpu.cpuif.apr.bit_count()
    if active != depth:
        fail(
            kvm,
            "I12 active priorities",
            f"{vcpu} has {active} active priorities and {depth} open handlers",
        )


def active_is_acknowledged(
    kvm: Kvm, vcpu: Vcpu, irqs: Sequence[VgicIrq], stack: Sequence[int]
) -> None:
    """I13: after a sync the active interrupts are those the guest has acknowledged, not ended.

    Args:
        kvm: the VM.
        vcpu: the vCPU that has synced.
        irqs: what is on its lists.
        stack: the INTIDs of its guest's open handlers.

    Locks: none needed: in the vCPU's own thread nobody else changes them.
    """
    lost = None
    for intid in stack:
        handled = kvm.get_vcpu_irq(vcpu, intid)
        # An LPI that is being handled is active in its list register alone.
        if handled is not None and not handled.active and not is_lpi(intid):
            lost = handled
            break
    for irq in irqs:
        if irq.active and irq.intid not in stack:
            message = (
                f"{irq} is active on {vcpu} but its guest has ended it; open handlers: {stack}"
            )
            # An end that is nobody's and one that was taken for another's are seldom one race.
            manner = "" if lost is None else "another is not"
            kvm.scheduler.fail(Failure("I13 stuck active", message, (SYNC,), manner=manner))
    if lost is not None:
        fail(
            kvm,
            "I13 active state lost",
            f"{lost} is not active though the guest on {vcpu} is still handling it; "
            f"open handlers: {stack}",
            SYNC,
        )


def active_is_listed(kvm: Kvm, vcpu: Vcpu, stack: Sequence[int]) -> None:
    """I7: what a guest is handling stays on its vCPU's lists until it is ended.

    Locks: none needed: in the vCPU's own thread nobody else takes it off.
    """
    for intid in stack:
        irq = kvm.get_vcpu_irq(vcpu, intid)
        if irq is not None and irq.active and irq.vcpu is not vcpu:
            fail(
                kvm,
                "I7 active interrupt unlisted",
                f"{irq} is being handled by the guest on {vcpu} but is on "
                f"{f'a list of {irq.vcpu}' if irq.vcpu else 'no list'}",
                SYNC,
            )
