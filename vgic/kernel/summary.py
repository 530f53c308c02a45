# SPDX-License-Identifier: GPL-2.0-only
"""What flush wants to know of an AP-list before it fills list registers."""

from dataclasses import dataclass


@dataclass(slots=True)
class ApListSummary:
    """Counts of the deliverable entries of a list (struct ap_list_summary).

    Attributes:
        nr_pend: those that are pending and not active.
        nr_disabled: those of them whose group the guest has disabled.
        nr_act: those that are active, pending or not.
        nr_lr: how many list registers there are.
        ran_out: the walk that filled them ran out of them before the list's end, foreseen or not.
    """

    nr_pend: int
    nr_act: int
    nr_lr: int
    ran_out: bool = False
    nr_disabled: int = 0

    @property
    def outside(self) -> bool:
        """Whether something has to stay outside the list registers."""
        return self.nr_pend + self.nr_act > self.nr_lr or self.ran_out

    @property
    def active_outside(self) -> bool:
        """Whether something active may stay outside: pending ones go first."""
        return self.outside and self.nr_act > 0

    @property
    def pending_outside(self) -> bool:
        """Whether something has to stay outside that the guest would take."""
        return self.nr_pend - self.nr_disabled > self.nr_lr
