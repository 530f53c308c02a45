# SPDX-License-Identifier: GPL-2.0-only
"""unsorted_overflow: what the summary has not foreseen is left outside as it came."""

from vgic.bugs.bug import Bug
from vgic.kernel import Mechanism
from vgic.revisions import SortedBySummary


class UnsortedOverflow(Mechanism):
    """The list is sorted only if the summary foresees that something stays outside.

    A walk that runs out of list registers unforeseen has the end of what it leaves outside counted
    all the same, and EOIcount is accounted to whatever came first: docs/findings.md, F1.
    """

    needs_sort = SortedBySummary.needs_sort


RECORD = Bug(
    name="unsorted_overflow",
    cls=UnsortedOverflow,
    found_as=("I13 stuck active", "I13 active state lost"),
    guest_sees=True,
    date="2026-11",
    applies_to=("reference",),
)
