# SPDX-License-Identifier: GPL-2.0-only
"""What becomes of a level that software makes pending while its guest has it."""

from vgic.data import VgicIrq
from vgic.kernel import Mechanism


class FoldClearsLatch(Mechanism):
    """The end of a level is taken for the answer to whatever has pended it by then.

    So what software pends while the guest handles it, or has ended it and was not folded yet, is
    never delivered: docs/findings.md, F3.
    """

    def latch_was_taken(self, irq: VgicIrq) -> bool:
        """Ask nobody who pended it, or when."""
        return True
