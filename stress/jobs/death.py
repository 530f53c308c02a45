# SPDX-License-Identifier: GPL-2.0-only
"""How a process ended in the middle of a job, and in which execution, in words."""

import signal
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from stress.findings import Inquiry
from stress.jobs.cursor import BEGUN, ITEM, JOB
from stress.jobs.executor import Job
from stress.jobs.fresh import KILLED_BY
from stress.jobs.rerun import Rerun
from stress.jobs.work import Batch
from stress.jobs.worker import OUT_OF_MEMORY


@dataclass(frozen=True, slots=True)
class Death:
    """What is known of a process that died in a job, or had to be killed since it hung.

    Attributes:
        job: what it was doing.
        how: what happened, such as `was killed (SIGKILL)`.
        item: the place of the execution among the job's; None if it had come to none.
        begun: how many executions of the job it had begun; 0 if it had not come to the job.
    """

    job: Job
    how: str
    item: int | None
    begun: int

    @property
    def where(self) -> str:
        """In which execution it was, in words."""
        job = self.job
        if self.item is None:
            return "before it had begun its job"
        if isinstance(job, Rerun) and self.item >= len(job.executions):
            return f"replaying what was found in {job.found_in}"
        scenario, index = job.items[self.item]
        where = f"in execution {index} of {scenario}"
        return f"looking into what was found {where}" if isinstance(job, Inquiry) else where

    @property
    def place(self) -> tuple[int, int] | None:
        """What tells one execution of the job from another; None if the job had not begun.

        The executions of a batch are what the campaign has asked for. Other jobs run one of those
        many times over, in an order that is always the same.
        """
        if self.item is None:
            return None
        return (self.item, 0) if isinstance(self.job, Batch) else (self.item, self.begun)


def death_in(job: Job, how: str, pulse: tuple[int, ...]) -> Death:
    """Return the death of a process.

    Args:
        job: what it had been given to do.
        how: what happened.
        pulse: what it last showed of itself.
    """
    item = pulse[ITEM] if pulse[JOB] == job.number else -1
    return Death(job, how, item if item >= 0 else None, pulse[BEGUN] if item >= 0 else 0)


def ended_text(code: int) -> str:
    """Say how a process ended that has this exit code; below 0 it is a signal."""
    number = -code if code < 0 else code - KILLED_BY
    if number > 0:
        with suppress(ValueError):
            return f"was killed ({signal.Signals(number).name})"
    if code == OUT_OF_MEMORY:
        return "ran out of memory"
    return f"ended (exit code {code})"


def is_stopped(pid: int | None) -> bool:
    """Return whether a process is stopped, as by SIGSTOP; False where that is not to be seen."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text("utf-8", errors="replace")
    except OSError:
        return False
    return text.rpartition(")")[2].split()[:1] == ["T"]
