# SPDX-License-Identifier: GPL-2.0-only
"""The night that is under way: what every stage of it works with."""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from stress.executions import model_digest
from stress.history import History
from stress.jobs import Executor, Job, Outcome
from stress.nights.entries import Entry, Leg, SpaceEntry
from stress.nights.filing import Filing, Where
from stress.nights.journal import Journal
from stress.nights.plan import NightPlan, name_of, source_of

CONFIRMED = "confirmed"
"""The folder, in a night's, of failures that are not shrunk yet."""

_WAIT_S = 0.2

_Kind = TypeVar("_Kind")


@dataclass
class Tonight:
    """The night that is under way.

    Attributes:
        plan: what it is to do.
        place: its folder.
        begun: when it began, UTC, as an ISO date and time.
        history: what earlier nights have left behind, and where it leaves its own.
        journal: what of it has been done already.
        executor: does the work.
        interrupted: asked often; True ends it.
        since: when it was begun or resumed, by the monotonic clock.
        before_s: for how long it had run before that.
    """

    plan: NightPlan
    place: Path
    begun: str
    history: History
    journal: Journal
    executor: Executor
    interrupted: Callable[[], bool]
    since: float = field(default_factory=time.monotonic)
    before_s: float = 0.0

    def __post_init__(self) -> None:
        """Take the time into account that is in the journal."""
        self.before_s = sum(each.seconds for each in self.done(Leg)) + sum(
            each.seconds for each in self.done(SpaceEntry)
        )

    @property
    def seconds(self) -> float:
        """For how long it has run, all together."""
        return self.before_s + time.monotonic() - self.since

    def done(self, kind: type[_Kind]) -> list[_Kind]:
        """Return the entries of one kind that are in the journal, in order."""
        entries: list[Entry] = self.journal.entries
        return [entry for entry in entries if isinstance(entry, kind)]

    def where(self, target: int) -> Where:
        """Return where something is found, by the target's place in the plan."""
        kernel = self.plan.targets[target]
        return Where(
            night=self.place.name,
            at=self.begun,
            model=model_digest(),
            seed=self.plan.seed,
            target=name_of(kernel),
            source=source_of(kernel),
        )

    def filing(self, target: int) -> Filing:
        """Return what files the findings of a target."""
        confirmed = self.place / CONFIRMED
        return Filing(self.history, self.where(target), confirmed, self.interrupted)

    def outcomes(
        self, jobs: Iterable[Job], over: Callable[[], bool]
    ) -> Iterator[tuple[Job, Outcome]]:
        """Have jobs done by workers, several at a time; yield what comes of each.

        Args:
            jobs: what is to be done, each numbered by its place.
            over: asked often; when it is True no more is begun, and nothing is waited for.
        """
        waiting, begun, more = iter(jobs), list[Job](), True
        while not over():
            while more and self.executor.idle:
                job = next(waiting, None)
                if job is None:
                    more = False
                else:
                    begun.append(job)
                    self.executor.submit(job)
            if not self.executor.busy:
                return
            for outcome in self.executor.answers(_WAIT_S):
                yield begun[outcome.number], outcome
