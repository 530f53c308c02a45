# SPDX-License-Identifier: GPL-2.0-only
"""The books of what devices do with their lines: the part of bookkeeping that all else stands on.

A rising line is entered as an edge whatever the interrupt is: it may be made one before the send
takes effect. Whether a falling one clears anything is what it was when it began to fall.
"""

from vgic.data import LEVEL, Kvm, VgicIrq
from vgic.judging.edges import Edges
from vgic.judging.judge import Judge
from vgic.judging.ledger import Ledger
from vgic.judging.sourced_edges import SourcedEdges
from vgic.judging.subjects import Subjects


class Lines(Judge):
    """Enters what devices send.

    Attributes:
        ledger: what was asked of the kernel, interrupt by interrupt.
        irq: what the event is about that is being announced, None if there is no such interrupt.
        flushed_at: for each vCPU, the step at which it began its last flush, -1 before any; entered
            by Lists, since nobody else asks before that.
        left_at: for each vCPU, the step at which it last left its guest, or did not go in.
    """

    def __init__(self, kvm: Kvm) -> None:
        super().__init__(kvm)
        count = len(kvm.vcpus)
        self.ledger = Ledger()
        self.irq: VgicIrq | None = None
        self.flushed_at = [-1] * count
        self.left_at = [-1] * count
        self._edges = (
            SourcedEdges(kvm, self.flushed_at, self.left_at)
            if kvm.is_v2
            else Edges(self.flushed_at, self.left_at)
        )
        self._subjects = Subjects(kvm)
        self._falling: set[tuple[str, VgicIrq]] = set()

    def driving(self, vcpu: int, intid: int, level: bool) -> None:
        """Enter a send before it begins."""
        self.irq = irq = self._subjects.driving(vcpu, intid)
        if irq is not None:
            clears = not level and irq.config is LEVEL
            self.ledger.begin(irq, sends=level, clears=clears)
            if level:
                self._edges.begin(irq)
            elif clears:
                self._falling.add((self._kvm.scheduler.current.role, irq))
            self.ledger.drive(irq)

    def found(self, irq: VgicIrq) -> None:
        """Enter what a message turns out to be for, and close what it was begun for.

        Args:
            irq: the LPI whose lock the running thread releases.
        """
        is_another, before = self._subjects.found_another(irq)
        if is_another:
            if before is not None:
                self._edges.end(before)
                self.ledger.driven(before, None)
                self.ledger.end(before, self._kvm.scheduler.steps, sends=True)
                self.ledger.forgive(before)
            self._edges.begin(irq)
            self.ledger.begin(irq, sends=True)
            self.ledger.drive(irq)

    def driven(self, vcpu: int, intid: int, level: bool) -> None:
        """Close it when it has returned."""
        self.irq = irq = self._subjects.driven(vcpu, intid)
        if irq is not None:
            self.ledger.driven(irq, level)
            falls = self._kvm.scheduler.current.role, irq
            if level:
                self._edges.end(irq)
            clears = not level and falls in self._falling
            self._falling.discard(falls)
            self.ledger.end(irq, self._kvm.scheduler.steps, sends=level, clears=clears)
