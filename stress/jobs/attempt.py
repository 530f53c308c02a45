# SPDX-License-Identifier: GPL-2.0-only
"""What becomes of a job in which processes die: it is done again, without what kills them.

Any process may be killed once, by whoever needs its memory. So a job is done again, and only an
execution in which two processes have died is left out; whatever else the job asks for is done. The
result is the same whether a process was killed by chance or not.

Executions that leak are not to blame for those before them: of several that are asked for, those
from the one in which a process has died are done apart, beginning with that one.
"""

from collections import Counter
from dataclasses import replace

from stress.findings import CANNOT_BE_JUDGED, Answer, Inquiry
from stress.jobs.death import Death
from stress.jobs.errands import ExploredSpace, Exploring, Replay, ReplayedFinding
from stress.jobs.executor import Job, Outcome
from stress.jobs.rerun import Reran, Rerun
from stress.jobs.work import LOST_MAX, Batch, Bug, Fact, Facts

TRIES = 2
"""An execution in which so many processes have died is not begun again."""

DEATHS_MAX = 8
"""Of a job that is no batch so many deaths are enough, whatever place it had come to."""


class Attempt:
    """One job, and what has become of it so far.

    Attributes:
        job: what is to be done now.
    """

    def __init__(self, job: Job) -> None:
        self.job = job
        self._given = job
        self._pieces = [list(range(len(job.items)))]
        self._facts: dict[tuple[str, int], Fact] = {}
        self._compared = 0
        self._differences: list[tuple[str, str]] = []
        self._deaths: Counter[tuple[int, ...]] = Counter()
        self._lost: list[tuple[int, str]] = []
        self._has_said = False

    def died(self, death: Death) -> bool:
        """Take a death into account; return whether there is anything left to do."""
        if death.place is None:
            return True
        now, (place, *rest) = self._pieces[0], death.place
        item = now[place] if place < len(now) else len(self._given.items)
        self._deaths[item, *rest] += 1
        often = self._deaths[item, *rest] >= TRIES
        if often or (self._deaths.total() >= DEATHS_MAX and not isinstance(self.job, Batch)):
            return self._leaves_out(item, f"the process that ran it {death.how}, each time")
        if 0 < place < len(now):
            self._pieces[:1] = [now[:place], now[place:]]
        return self._goes_on()

    def says(self, outcome: Outcome) -> list[Outcome]:
        """Take an outcome of what was to be done; return what is to be said now."""
        if isinstance(outcome, Answer) and not outcome.last:
            before, self._has_said = self._has_said, True
            return [] if before else [outcome]
        if isinstance(outcome, Facts):
            self._facts |= {(fact.scenario, fact.index): fact for fact in outcome.facts}
        elif isinstance(outcome, Reran):
            self._compared += outcome.compared
            self._differences += outcome.differences
        else:
            self._pieces.clear()
            return [outcome]
        del self._pieces[0]
        return [] if self._goes_on() else self.ends()

    @property
    def is_over(self) -> bool:
        """Whether nothing is left to do."""
        return not self._pieces

    def ends(self) -> list[Outcome]:
        """Return what is to be said when nothing is left to do."""
        job = self._given
        if isinstance(job, Batch):
            lost = tuple((*job.items[item], why) for item, why in sorted(self._lost))
            facts = (self._facts[item] for item in job.items if item in self._facts)
            return [Facts(job.number, tuple(facts), lost)]
        if isinstance(job, Rerun):
            lost_here = tuple(sorted(self._lost))
            return [Reran(job.number, self._compared, tuple(self._differences), lost_here)]
        if isinstance(job, Replay):
            return [ReplayedFinding(job.number, CANNOT_BE_JUDGED)]
        if isinstance(job, Exploring):
            return [
                ExploredSpace(job.number, complete=False, executions=0, failures=(), answers=())
            ]
        if self._has_said:
            return []  # the failure stays as it was found
        scenario, index = job.items[0]
        text = f"execution {index} of {scenario} failed, and could not be looked into: "
        return [Bug(job.number, text + self._lost[-1][1], of_class=job.target.is_users)]

    def _leaves_out(self, item: int, why: str) -> bool:
        """Leave out what ends processes; return whether there is anything left to do."""
        self._lost.append((item, why))
        job = self.job
        if isinstance(job, Inquiry):
            # It stays as it was found, unless that is just what cannot be done.
            self.job = replace(job, replays_max=0, elsewhere=False)
            self._deaths.clear()
            if self.job == job:
                self._pieces.clear()
            return not self.is_over
        if not isinstance(job, Batch | Rerun):
            self._pieces.clear()
            return False
        enough = isinstance(job, Batch) and len(self._lost) >= LOST_MAX
        end = max(self._lost)[0] if enough else len(self._given.items)
        self._pieces = [
            [each for each in piece if each != item and each < end] for piece in self._pieces
        ]
        return self._goes_on()

    def _goes_on(self) -> bool:
        """Go to the next piece of the job; return whether there is one."""
        given = self._given
        if isinstance(given, Batch | Rerun) and given.items:
            self._pieces = [piece for piece in self._pieces if piece]
        elif isinstance(given, Rerun) and self._lost:
            self._pieces.clear()  # a token to run again, and it cannot be
        if self._pieces and isinstance(given, Batch):
            items = tuple(given.items[each] for each in self._pieces[0])
            self.job = replace(given, items=items)
        elif self._pieces and isinstance(given, Rerun):
            executions = tuple(given.executions[each] for each in self._pieces[0] if given.items)
            self.job = replace(given, executions=executions)
        return not self.is_over
