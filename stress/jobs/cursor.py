# SPDX-License-Identifier: GPL-2.0-only
"""The cursor: where a process is in its job, in memory that it shares with its parent.

A process may be killed at any moment, and then nothing of it is left but this. So what names an
execution is written when that begins, and not from time to time.
"""

from collections.abc import MutableSequence

JOB, ITEM, STEPS, MOVED, BEGUN = range(5)
"""What stands where: the job, the item in it, the steps of its execution, what else has moved, and
how many executions the job has begun. One of them changes as long as something does."""

PULSES = 5
"""So many numbers there are."""

NOT_UP = -(1 << 62)
"""What a process that has not come up yet shows as its job."""

NO_JOB = -1


class Cursor:
    """Where a process is; nobody else writes what it shows."""

    def __init__(self, shown: MutableSequence[int] | None = None) -> None:
        """Show where we are.

        Args:
            shown: where to write it, see above; None if nobody looks.
        """
        self._shown = [0] * PULSES if shown is None else shown
        self.begin(NO_JOB)

    def begin(self, job: int) -> None:
        """Begin a job: no execution of it has begun."""
        # The job comes last: whoever looks in between finds the one before, at no execution.
        self._shown[ITEM], self._shown[BEGUN] = -1, 0
        self._shown[JOB] = job

    def come_to(self, item: int) -> None:
        """Come to an execution of the job."""
        self._shown[ITEM] = item

    def begin_execution(self) -> None:
        """Count an execution; a job may run one several times."""
        self._shown[BEGUN] += 1
