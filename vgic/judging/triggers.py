# SPDX-License-Identifier: GPL-2.0-only
"""What is known of an interrupt whose trigger is written (GICD_ICFGR): quirk Q15.

What is pending then is so afterwards or not, as the architecture has it. The kernel keeps the latch
and what it knows of the line, and folds a list register as what the interrupt is by then; what a
device does with the line of an edge it does not follow. From the write on the new trigger counts. A
write that changes nothing excuses nothing.
"""

from collections import defaultdict
from typing import NamedTuple

from vgic.data import EDGE, Config, VgicIrq
from vgic.judging.edges import Edges
from vgic.judging.ledger import Ledger


class _Write(NamedTuple):
    """A write under way.

    Attributes:
        before: how the interrupt was triggered when it began.
        began: the step at which it did.
        is_entered: it may change something, so the books were told when it began.
        pending: the interrupt may have been pending then.
    """

    before: Config
    began: int
    is_entered: bool
    pending: bool


class Triggers:
    """Enters the writes of interrupts' triggers into the books."""

    def __init__(self, ledger: Ledger, edges: Edges) -> None:
        """Begin with none.

        Args:
            ledger: the accounts of the interrupts.
            edges: what edges are still to be acknowledged; they are told of levels that rise, too.
        """
        self._ledger = ledger
        self._edges = edges
        self._writes: dict[int, _Write] = {}
        self._under_way: defaultdict[VgicIrq, int] = defaultdict(int)
        self._overlapped: set[VgicIrq] = set()

    def begin(self, vcpu: int, irq: VgicIrq, value: int, step: int) -> None:
        """A write begins.

        Args:
            vcpu: the vCPU that writes.
            irq: the interrupt.
            value: what is written.
            step: the step at which it begins.
        """
        self._under_way[irq] += 1
        if self._under_way[irq] > 1:
            self._overlapped.add(irq)
        before = irq.config
        enters = irq in self._overlapped or (before is EDGE) is not bool(value)
        pending = self._may_be_pending(irq)
        self._writes[vcpu] = _Write(before, step, enters, pending)
        if enters:
            account = self._ledger[irq]
            account.retriggering += 1
            account.setting += 1
            account.clearing += 1
            account.raised |= pending
            self._edges.begin(irq)
            self._ledger.drive(irq)

    def end(self, vcpu: int, irq: VgicIrq, step: int) -> None:
        """It has ended, at this step."""
        write, account = self._writes.pop(vcpu), self._ledger[irq]
        changes = write.is_entered or irq in self._overlapped
        self._under_way[irq] -= 1
        if not self._under_way[irq]:
            self._overlapped.discard(irq)
        if write.is_entered:
            account.retriggering -= 1
            account.setting -= 1
            account.clearing -= 1
            self._edges.end_early(irq)
            self._ledger.driven(irq, None)
        if not changes:
            return
        sent = self._ledger.may_be_set_since(irq, write.began)
        pending = write.pending or sent or _is_pending_somehow(irq)
        account.set_at = account.cleared_at = account.retriggered_at = step
        account.line = None
        account.unserved = False
        self._edges.owe(irq, pending=pending)
        if pending:
            account.raised = True
            self._ledger.pended(irq)
        if irq.config is not EDGE:
            account.shut_out = True
            account.routed_home_at = step

    def _may_be_pending(self, irq: VgicIrq) -> bool:
        """Tell whether an interrupt may be pending."""
        if _is_pending_somehow(irq):
            return True
        return self._edges.owes(irq) if irq.config is EDGE else not self._ledger.is_down(irq)


def _is_pending_somehow(irq: VgicIrq) -> bool:
    """Tell whether the kernel has an interrupt pending, or may have, as an edge or as a level."""
    return irq.pending_latch or irq.line_level or irq.on_lr
