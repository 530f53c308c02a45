# SPDX-License-Identifier: GPL-2.0-only
"""What becomes of a job in which processes die: it is done again, without what kills them.

Any process may be killed once, by whoever needs its memory. So a job is done again, and only an
execution in which two processes have died is left out; whatever else the job asks for is done. The
result is the same whether a process was killed by chance or not.
"""

from collections import Counter
from dataclasses import replace
from typing import TypeVar

from stress.findings import Answer, Inquiry
from stress.jobs.death import Death
from stress.jobs.errands import Explored, Exploring, Replay, Replayed
from stress.jobs.executor import Job, Outcome
from stress.jobs.rerun import Reran, Rerun
from stress.jobs.work import Batch, Bug, Facts

_Each = TypeVar("_Each")

TRIES = 2
"""An execution in which so many processes have died is not begun again."""

DEATHS_MAX = 8
"""Of a job that is no batch so many deaths are enough, whatever place it had come to."""


class Attempt:
    """One job, and what has become of it so far.

    Attributes:
        job: what is left of it to do.
    """

    def __init__(self, job: Job) -> None:
        self.job = job
        self._deaths: Counter[object] = Counter()
        self._lost: list[tuple[int, str]] = []
        self._left = list(range(len(job.items)))
        self._given = job
        self._has_said = False

    def died(self, death: Death) -> bool:
        """Take a death into account; return whether there is anything left to do."""
        if death.place is None or death.item is None:
            return True
        item, *rest = death.place
        item = self._left[item] if item < len(self._left) else len(self._given.items)
        self._deaths[item, *rest] += 1
        batch = isinstance(self.job, Batch)
        often = self._deaths[item, *rest] >= TRIES
        if not often and (batch or self._deaths.total() < DEATHS_MAX):
            return True
        self._deaths.clear()
        return self._leaves_out(item, f"the process that ran it {death.how}, each time")

    def _leaves_out(self, item: int, why: str) -> bool:
        """Leave out what ends processes; return whether there is anything left to do."""
        job = self.job
        if isinstance(job, Inquiry):
            # It stays as it was found, unless that is just what cannot be done.
            simpler = replace(job, replays_max=0, elsewhere=False)
            self._lost.append((item, why))
            self.job = simpler
            return simpler != job
        if not isinstance(job, Batch | Rerun):
            self._lost.append((item, why))
            return False
        self._lost.append((item, why))
        if item not in self._left:
            return False
        place = self._left.index(item)
        del self._left[place]
        if isinstance(job, Batch):
            self.job = replace(job, items=_without(job.items, place))
            return bool(self._left)
        self.job = replace(job, executions=_without(job.executions, place))
        return bool(self._left or job.tokens)

    def says(self, outcome: Outcome) -> list[Outcome]:
        """Return what is to be said for an outcome of what was left of the job."""
        if isinstance(outcome, Answer) and not outcome.last:
            before, self._has_said = self._has_said, True
            return [] if before else [outcome]
        if isinstance(outcome, Facts):
            return [replace(outcome, lost=self._lost_items)]
        if isinstance(outcome, Reran):
            return [replace(outcome, lost=tuple(self._lost))]
        return [outcome]

    def gives_up(self) -> list[Outcome]:
        """Return what is to be said when there is nothing left that could be done."""
        job = self._given
        if isinstance(job, Batch):
            return [Facts(job.number, (), self._lost_items)]
        if isinstance(job, Rerun):
            return [Reran(job.number, 0, (), tuple(self._lost))]
        if isinstance(job, Replay):
            return [Replayed(job.number, "cannot be judged")]
        if isinstance(job, Exploring):
            return [Explored(job.number, complete=False, executions=0, failures=(), answers=())]
        if self._has_said:
            return []  # the failure stays as it was found
        scenario, index = job.items[0]
        text = f"execution {index} of {scenario} failed, and could not be looked into: "
        return [Bug(job.number, text + self._lost[-1][1], of_class=job.target.is_users)]

    @property
    def _lost_items(self) -> tuple[tuple[str, int, str], ...]:
        return tuple((*self._given.items[item], why) for item, why in sorted(self._lost))


def _without(those: tuple[_Each, ...], place: int) -> tuple[_Each, ...]:
    return those[:place] + those[place + 1 :]
