# SPDX-License-Identifier: GPL-2.0-only
"""stale_summary: maintenance interrupts go by a summary that may be stale."""

from vgic.revisions import V1


class StaleSummary(V1):
    """What the summary did not foresee is left outside with nothing that would bring the vCPU back.

    As posted, and found by this tool in its own v1: docs/findings.md, F1.
    """

    def overflow_counts(self) -> bool:
        """Believe the summary."""
        return False
