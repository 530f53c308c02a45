# SPDX-License-Identifier: GPL-2.0-only
"""By what it is decided which maintenance interrupts bring a vCPU back."""

from vgic.kernel import Mechanism


class SummaryAlone(Mechanism):
    """They go by the summary alone, whatever the walk finds: docs/findings.md, F1."""

    def overflow_counts(self) -> bool:
        """Go by the summary, whatever the walk has found since."""
        return False


class CountsDisabledGroups(Mechanism):
    """What is pending in a group that the guest has disabled counts like any other.

    With all list registers active the vCPU is made to leave over and over for what it may not take:
    docs/findings.md, F6.
    """

    def sets_aside_disabled(self) -> bool:
        """Count it."""
        return False
