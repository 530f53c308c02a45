# SPDX-License-Identifier: GPL-2.0-only
"""soft_pend_lost: a level that software pends between its end and the fold is lost."""

from vgic.bugs.bug import Bug
from vgic.kernel import Mechanism
from vgic.revisions import FoldClearsLatch


class SoftPendLost(Mechanism):
    """The fold of an empty list register clears the latch, whoever has set it.

    As in all kernels that were looked at, from 6.18 to 7.3: docs/findings.md, F3.
    """

    latch_was_taken = FoldClearsLatch.latch_was_taken


RECORD = Bug(
    name="soft_pend_lost",
    cls=SoftPendLost,
    found_as=("I9 lost pend",),
    guest_sees=True,
    date="2026-11",
    applies_to=("reference",),
)
