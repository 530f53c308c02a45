# SPDX-License-Identifier: GPL-2.0-only
"""The ledger: what was sent and what was acknowledged, interrupt by interrupt.

It is outside the kernel: what a kernel loses stays in the ledger. A send is
entered before it begins and closed after it has returned, so an acknowledge in between counts for
it, and a level that is on its way up counts as up.
"""

from collections import defaultdict
from collections.abc import Iterable

from vgic.data import EDGE, LEVEL, Vcpu, VgicIrq, irq_is_pending
from vgic.judging.account import Account


class Ledger(defaultdict[VgicIrq, Account]):
    """The accounts of a VM's interrupts; one is opened when somebody first asks for it.

    Attributes:
        distributor_is_off: it may be, by what guests have written.
        turns_overlap: two of those writes were under way at once, and which came last is not known.
    """

    def __init__(self) -> None:
        super().__init__(Account)
        self.distributor_is_off = self.turns_overlap = False
        self._turning = 0

    def begin(
        self,
        irq: VgicIrq,
        *,
        sends: bool,
        announces: bool = False,
        pends: bool = False,
        clears: bool = False,
    ) -> None:
        """Somebody begins to touch an interrupt.

        Args:
            irq: the interrupt.
            sends: to make it pending, and so to announce it.
            announces: to announce it if it is pending.
            pends: it is software that makes it pending.
            clears: to take its pending state away.
        """
        account = self[irq]
        account.busy += 1
        account.clearing += clears
        # A level that is up already is not announced again.
        news = sends and not (irq.config is LEVEL and irq.line_level)
        if news or announces:
            account.routed_home_at = account.reordered_at = -1
            account.shut_out = self.distributor_is_off
        if sends:
            account.setting += 1
            account.raised = True
            # A level that its guest is handling may lose it (quirk Q5). What the kernel has of that
            # is stale while the guest runs.
            if irq.config is EDGE or (pends and not account.handled):
                account.unserved = True
        if pends:
            self.pended(irq)

    def end(self, irq: VgicIrq, step: int, *, sends: bool = False, clears: bool = False) -> None:
        """A send or a register write has ended, at this step; the rest is as it began."""
        account = self[irq]
        account.busy -= 1
        account.touched_at = step
        if sends:
            account.setting -= 1
            account.set_at = step
        if clears:
            account.clearing -= 1
            account.cleared_at = step

    def turn(self, irqs: Iterable[VgicIrq], *, off: bool) -> None:
        """A write that turns the distributor on or off begins: it touches every interrupt."""
        self._turning += 1
        self.turns_overlap = self._turning > 1
        self.distributor_is_off |= off
        for irq in irqs:
            self.begin(irq, sends=False)
            self[irq].shut_out |= off

    def turned(self, irqs: Iterable[VgicIrq], step: int, *, off: bool) -> None:
        """It has ended, at this step: what is listed by now, or not pending, is not shut out."""
        self._turning -= 1
        self.distributor_is_off = off or self.turns_overlap
        for irq in irqs:
            self.end(irq, step)
            if not self.distributor_is_off and (irq.vcpu is not None or not irq_is_pending(irq)):
                self[irq].shut_out = False

    def may_be_set_since(self, irq: VgicIrq, step: int) -> bool:
        """Tell whether somebody may have made an interrupt pending since a step."""
        if irq.physical is not None:  # who enables it samples its line
            return self.is_touched_since(irq, step)
        account = self[irq]
        return account.setting > 0 or account.set_at >= step

    def may_be_cleared_since(self, irq: VgicIrq, step: int) -> bool:
        """Tell whether somebody may have taken an interrupt's pending state away since a step."""
        if irq.physical is not None:
            return self.is_touched_since(irq, step)
        return self[irq].clearing > 0 or self[irq].cleared_at >= step

    def pended(self, irq: VgicIrq) -> None:
        """Software pends an interrupt: one acknowledge more is right, two if it is in use."""
        account = self[irq]
        account.pends = max(account.pends, 2 if irq.on_lr or irq.active else 1)

    def drive(self, irq: VgicIrq) -> None:
        """A device begins to drive an interrupt's line."""
        account = self[irq]
        account.drivers += 1
        account.contested = account.contested or account.drivers > 1

    def driven(self, irq: VgicIrq, level: bool | None) -> bool:
        """A device has driven an interrupt's line; tell whether it alone has.

        None is what is not known to follow.
        """
        account = self[irq]
        account.drivers -= 1
        alone = not account.contested
        account.line = level if alone else None
        if not account.drivers:
            account.contested = False
        return alone

    def is_down(self, irq: VgicIrq) -> bool:
        """Tell whether nothing makes a level pending: its line is down, and software left it."""
        account = self[irq]
        driven = account.line is not False or account.drivers or irq.physical is not None
        return not (driven or account.pends)

    def routed(self, irq: VgicIrq, old_target: Vcpu | None, began: int, step: int) -> None:
        """A write of the routing has ended.

        Args:
            irq: the interrupt.
            old_target: where it was routed to before.
            began: the step at which the write began.
            step: the step at which it ended.
        """
        account = self[irq]
        # If somebody else wrote meanwhile, nobody can say from outside what this write changed.
        alone = self.is_alone_since(irq, began)
        if irq.vcpu is irq.target_vcpu and not (alone and irq.target_vcpu is old_target):
            account.routed_home_at = step

    def prioritize(self, irq: VgicIrq) -> None:
        """A write of an interrupt's priority or group begins."""
        self[irq].prioritizing += 1

    def prioritized(self, irq: VgicIrq, step: int, *, changed: bool, reorders: bool) -> None:
        """A write of an interrupt's priority or group has ended, at this step.

        Args:
            irq: the interrupt.
            step: the step.
            changed: it may have changed something.
            reorders: nobody is kicked for what it has changed.
        """
        account = self[irq]
        account.prioritizing -= 1
        if not changed:
            return
        account.prioritized_at = step
        if reorders:
            for each, other in self.items():
                if each.vcpu is irq.vcpu is not None:
                    other.reordered_at = step

    def is_prioritized_since(self, irq: VgicIrq, step: int) -> bool:
        """Tell whether an interrupt may have been given another priority since a step."""
        account = self[irq]
        return account.prioritizing > 0 or account.late or account.prioritized_at >= step

    def is_retriggered_since(self, irq: VgicIrq, step: int) -> bool:
        """Tell whether how an interrupt is triggered may have changed since a step."""
        account = self[irq]
        return account.retriggering > 0 or account.late or account.retriggered_at >= step

    def is_alone_since(self, irq: VgicIrq, step: int) -> bool:
        """Tell whether nobody but the caller has touched an interrupt since a step."""
        account = self[irq]
        return account.busy == 1 and account.touched_at <= step

    def listed(self, irq: VgicIrq, step: int) -> None:
        """Somebody has put an interrupt on a list, and will announce it."""
        account = self[irq]
        account.routed_home_at = account.reordered_at = -1
        account.listed_at = step

    def forgive(self, irq: VgicIrq) -> None:
        """The guest has taken the pending state away itself: it need not be delivered."""
        self[irq].unserved = False

    def unpended(self, irq: VgicIrq) -> None:
        """The guest has cleared a pending state, and nobody else touched it meanwhile."""
        self[irq].pends = 0

    def acknowledge(self, irq: VgicIrq) -> Account:
        """A guest acknowledges an interrupt, and with it every edge sent before."""
        account = self[irq]
        account.unserved = False
        account.handled = True
        account.pends = max(0, account.pends - 1)
        return account

    def deactivate(self, irq: VgicIrq) -> None:
        """A guest ends an interrupt: from now on its level has to be up again to come again."""
        account = self[irq]
        account.handled = False
        account.raised = account.busy > 0 or irq.line_level or irq.pending_latch

    def unserved(self) -> list[VgicIrq]:
        """Return the enabled interrupts that were sent and never acknowledged since."""
        return [
            irq
            for irq, account in self.items()
            if account.unserved and irq.enabled and not account.forfeited
        ]

    def is_touched_since(self, irq: VgicIrq, step: int) -> bool:
        """Tell whether an interrupt was touched since a step, or may be touched at any time."""
        account = self[irq]
        return account.busy > 0 or account.late or account.touched_at >= step

    def waits(self, irq: VgicIrq) -> None:
        """A write has returned and has not taken effect; somebody is to carry it out."""
        self[irq].late = True

    def settled(self, irq: VgicIrq, step: int) -> None:
        """What was to be carried out has been by this step, nobody knows when and by whom."""
        account = self[irq]
        account.late = False
        account.touched_at = account.prioritized_at = step
        if irq.vcpu is irq.target_vcpu:
            account.routed_home_at = step

    def listed_since(self, step: int) -> set[VgicIrq]:
        """Return the interrupts that were last put on a list after a step."""
        return {irq for irq, account in self.items() if account.listed_at > step}

    def changed_since(self, step: int) -> set[VgicIrq]:
        """Return the interrupts touched since a step, or being touched now."""
        return {irq for irq in self if self.is_touched_since(irq, step)}
