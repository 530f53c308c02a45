# SPDX-License-Identifier: GPL-2.0-only
"""The ledger: what was sent and what was acknowledged, interrupt by interrupt.

Kept by whoever looks on, outside the kernel. A send is entered before it begins and closed after
it has returned, so an acknowledge in between counts for it, and a level that is on its way up
counts as up.
"""

from vgic.irq import Config, VgicIrq

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
        routed_at: the step of the last write of its routing to end.
    """

    __slots__ = (
        "acknowledged", "busy", "raised", "routed_at", "sent", "touched_at", "unserved",
    )  # fmt: skip

    def __init__(self) -> None:
        self.sent = 0
        self.acknowledged = 0
        self.unserved = False
        self.raised = False
        self.busy = 0
        self.touched_at = -1
        self.routed_at = -1


class Ledger:
    """The accounts of a VM's interrupts."""

    def __init__(self, irqs: list[VgicIrq]) -> None:
        self._accounts = {irq: Account() for irq in irqs}

    def __getitem__(self, irq: VgicIrq) -> Account:
        return self._accounts[irq]

    def begin(self, irq: VgicIrq, *, sends: bool) -> None:
        """Somebody begins to touch an interrupt; perhaps to make it pending."""
        account = self._accounts[irq]
        account.busy += 1
        if sends:
            account.sent += 1
            account.raised = True
            account.unserved = irq.config is Config.EDGE

    def end(self, irq: VgicIrq, step: int, *, routed: bool = False) -> None:
        """They have done so."""
        account = self._accounts[irq]
        account.busy -= 1
        account.touched_at = step
        if routed:
            account.routed_at = step

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
        """Return the interrupts with an edge nobody has acknowledged since."""
        return [irq for irq, account in self._accounts.items() if account.unserved]

    def changed_since(self, step: int) -> set[VgicIrq]:
        """Return the interrupts touched since a step, or being touched now."""
        return {
            irq
            for irq, account in self._accounts.items()
            if account.busy or account.touched_at >= step
        }
