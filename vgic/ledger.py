# SPDX-License-Identifier: GPL-2.0-only
"""The ledger: what was sent and what was acknowledged, interrupt by interrupt.

Kept by whoever looks on, outside the kernel. A send is entered before it begins and closed after
it has returned, so an acknowledge in between counts for it, and a level that is on its way up
counts as up.
"""

from collections import defaultdict

from vgic.irq import EDGE, LEVEL, VgicIrq
from vgic.vm import Vcpu

LOOKS_ON = True


class Account:
    """What is known of one interrupt.

    Attributes:
        sent: edges sent.
        acknowledged: acknowledges.
        unserved: an edge was sent after the last acknowledge.
        raised: the level was up, or pended by software, since the last deactivation.
        busy: sends and register writes under way.
        touched_at: the step of the last of them to end.
        routed_home_at: the step at which a write of its routing ended that made it belong to the
            vCPU on whose list it was already; -1 if it was put on a list or announced since.
    """

    __slots__ = (
        "acknowledged", "busy", "raised", "routed_home_at", "sent", "touched_at", "unserved",
    )  # fmt: skip

    def __init__(self) -> None:
        self.sent = 0
        self.acknowledged = 0
        self.unserved = False
        self.raised = False
        self.busy = 0
        self.touched_at = -1
        self.routed_home_at = -1


class Ledger:
    """The accounts of a VM's interrupts."""

    def __init__(self) -> None:
        # An account is opened when somebody first asks for it.
        self._accounts: defaultdict[VgicIrq, Account] = defaultdict(Account)

    def __getitem__(self, irq: VgicIrq) -> Account:
        """Return an interrupt's account."""
        return self._accounts[irq]

    def begin(self, irq: VgicIrq, *, sends: bool, announces: bool = False) -> None:
        """Somebody begins to touch an interrupt.

        Args:
            irq: the interrupt.
            sends: to make it pending, and so to announce it.
            announces: to announce it if it is pending.
        """
        account = self._accounts[irq]
        account.busy += 1
        # A level that is up already is not announced again.
        news = sends and not (irq.config is LEVEL and irq.line_level)
        if news or announces:
            account.routed_home_at = -1
        if sends:
            account.sent += 1
            account.raised = True
            account.unserved = irq.config is EDGE

    def end(self, irq: VgicIrq, step: int) -> None:
        """They have done so."""
        account = self._accounts[irq]
        account.busy -= 1
        account.touched_at = step

    def routed(self, irq: VgicIrq, old_target: Vcpu | None, began: int, step: int) -> None:
        """A write of the routing has ended.

        Args:
            irq: the interrupt.
            old_target: where it was routed to before.
            began: the step at which the write began.
            step: the step at which it ended.
        """
        account = self._accounts[irq]
        # If somebody else wrote meanwhile, nobody can say from outside what this write changed.
        alone = account.busy == 1 and account.touched_at <= began
        if irq.vcpu is irq.target_vcpu and not (alone and irq.target_vcpu is old_target):
            account.routed_home_at = step

    def listed(self, irq: VgicIrq) -> None:
        """Somebody has put an interrupt on a list, and will announce it."""
        self._accounts[irq].routed_home_at = -1

    def forgive(self, irq: VgicIrq) -> None:
        """The guest has taken the pending state away itself: it need not be delivered."""
        self._accounts[irq].unserved = False

    def acknowledge(self, irq: VgicIrq) -> Account:
        """A guest acknowledges an interrupt, and with it every edge sent before."""
        account = self._accounts[irq]
        account.acknowledged += 1
        account.unserved = False
        return account

    def deactivate(self, irq: VgicIrq) -> None:
        """A guest ends an interrupt: from now on its level has to be up again to come again."""
        account = self._accounts[irq]
        account.raised = account.busy > 0 or irq.line_level or irq.pending_latch

    def unserved(self) -> list[VgicIrq]:
        """Return the interrupts with an edge nobody has acknowledged since, though enabled."""
        return [irq for irq, account in self._accounts.items() if account.unserved and irq.enabled]

    def changed_since(self, step: int) -> set[VgicIrq]:
        """Return the interrupts touched since a step, or being touched now."""
        return {
            irq
            for irq, account in self._accounts.items()
            if account.busy or account.touched_at >= step
        }
