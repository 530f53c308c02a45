# SPDX-License-Identifier: GPL-2.0-only
"""The executor: what a campaign asks of whoever runs its jobs, on this machine or on others.

It hands out a job, collects what came of it, and notices when one hangs or its process dies: what
cannot be done again elsewhere is an outcome too, a Bug. Jobs and outcomes are values that can be
sent anywhere. Which jobs there are and in which order is the campaign's affair, so a result does
not depend on the executor.
"""

from dataclasses import dataclass
from typing import Protocol

from stress.findings import Answer, Inquiry
from stress.jobs.errands import Errand, ErrandDone
from stress.jobs.rerun import Reran, Rerun
from stress.jobs.work import Batch, Bug, Facts
from stress.scenarios import SCENARIOS, Registered

Job = Batch | Inquiry | Rerun | Errand
"""What is to be done: executions, an inquiry into one, executions once more afresh, or else."""

Outcome = Facts | Answer | Reran | ErrandDone | Bug
"""What came of a job; of an inquiry there may be an Answer that is not the last."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """A job as it goes to a process.

    Attributes:
        job: what is to be done.
        own: the user's own scenarios, which it may be about.
    """

    job: Job
    own: tuple[Registered, ...]


def assigned(assignment: Assignment) -> Job:
    """Have the scenarios of an assignment in this process, and return its job."""
    SCENARIOS.take(assignment.own)
    return assignment.job


class Executor(Protocol):
    """Runs jobs, several at a time; a rerun where nothing else has been run before."""

    @property
    def idle(self) -> bool:
        """Whether another batch or inquiry can be submitted now."""

    @property
    def can_rerun(self) -> bool:
        """Whether another rerun can be submitted now."""

    @property
    def busy(self) -> bool:
        """Whether there is a job of which not all outcomes have been collected."""

    def submit(self, job: Job) -> None:
        """Take on a job; `idle`, or `can_rerun` for a rerun, has said that it can be done."""

    def answers(self, timeout_s: float) -> list[Outcome]:
        """Return what has come of jobs since it was last asked, after waiting at most so long."""
