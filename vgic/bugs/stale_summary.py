# SPDX-License-Identifier: GPL-2.0-only
"""stale_summary: maintenance interrupts go by a summary that may be stale."""

from vgic.bugs.bug import Bug
from vgic.kernel import Mechanism
from vgic.revisions import SummaryAlone


class StaleSummary(Mechanism):
    """What the summary did not foresee is left outside with nothing that would bring the vCPU back.

    As posted, and found by this tool in its own reference revision: docs/findings.md, F1.
    """

    overflow_counts = SummaryAlone.overflow_counts


RECORD = Bug(
    name="stale_summary",
    cls=StaleSummary,
    found_as=("I13 stuck active", "I16 missed kick"),
    guest_sees=True,
    date="2026-11",
    applies_to=("reference",),
)
