# SPDX-License-Identifier: GPL-2.0-only
"""The night: canaries, the findings of earlier nights, the lanes, and then small machines whole.

Each piece of it goes into the journal when it is done. What is in the journal already is not done
again, so to resume a night is to begin it.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from loguru import logger

from harness.engine import printable_text
from harness.search.strategies import PORTFOLIO
from stress.campaign import Plan, Result, differs_afresh, look_for_canaries
from stress.executions import fault_of, model_digest
from stress.findings import CANNOT_BE_JUDGED, Finding, found
from stress.history import CanaryRecord, Explored, FindingRecord, History
from stress.jobs import Bug, Executor
from stress.jobs import Explored as SpaceExplored
from stress.jobs import Exploring, Replay
from stress.jobs import Replayed as FindingReplayed
from stress.nights.entries import Ended, Leg, Met, Sought, Space, Tried
from stress.nights.errands import outcomes
from stress.nights.filing import Filing, Where, replayed
from stress.nights.folder import now
from stress.nights.journal import Journal
from stress.nights.lane import Lane
from stress.nights.legs import Legs
from stress.nights.plan import (
    CONFIRMATIONS,
    EXPLORED_MAX,
    EXPLORING_SHARE,
    NightPlan,
    name_of,
    source_of,
)

CONFIRMED = "confirmed"
"""The folder, in a night's, of failures that are not shrunk yet."""


@dataclass
class SoFar:
    """How far a night has come.

    Attributes:
        executions: how many executions were run.
        findings: the ids of what the search has met.
        seconds: for how long it has run, all together.
    """

    executions: int
    findings: set[str]
    seconds: float


class Night:
    """One night, begun or resumed."""

    def __init__(
        self,
        plan: NightPlan,
        place: Path,
        begun: str,
        history: History,
        journal: Journal,
        executor: Executor,
        interrupted: Callable[[], bool],
    ) -> None:
        """Prepare to run it.

        Args:
            plan: what it is to do.
            place: its folder.
            begun: when it began, UTC, as an ISO date and time.
            history: what earlier nights have left behind, and where it leaves its own.
            journal: what of it has been done already.
            executor: does the work.
            interrupted: asked often; True ends it.
        """
        self._plan = plan
        self._place = place
        self._begun = begun
        self._history = history
        self._journal = journal
        self._executor = executor
        self._interrupted = interrupted
        self._since = time.monotonic()
        self._before_s = sum(
            entry.seconds for entry in journal.entries if isinstance(entry, Leg | Space)
        )

    @property
    def seconds(self) -> float:
        """For how long it has run, all together."""
        return self._before_s + time.monotonic() - self._since

    def run(self, progress: Callable[[SoFar], None]) -> None:
        """Run it to its end, or until it is interrupted.

        Raises:
            OSError: something cannot be written.
        """
        for stage in (self._look_for_canaries, self._replay_earlier, self._run_lanes):
            stage(progress)
            if self._interrupted() or self._is_broken:
                return
        self._explore()
        if not self._interrupted():
            self._journal.add(Ended(now()))

    @property
    def _is_broken(self) -> bool:
        """Whether the canaries were not found, so that nothing else would mean anything."""
        return any(isinstance(entry, Sought) and entry.bugs for entry in self._journal.entries)

    def _look_for_canaries(self, progress: Callable[[SoFar], None]) -> None:
        if any(isinstance(entry, Sought) for entry in self._journal.entries):
            return
        plan = Plan(
            self._plan.targets[0], [], self._plan.seed, PORTFOLIO, self._plan.executions
        )
        looked = look_for_canaries(plan, self._executor, self._interrupted)
        if not looked.interrupted:
            canaries = [CanaryRecord(bug, count) for bug, count in looked.found.items()]
            self._journal.add(Sought(canaries, list(map(printable_text, looked.bugs))))

    def _replay_earlier(self, progress: Callable[[SoFar], None]) -> None:
        """Replay the tokens of what earlier nights have found on what is tested tonight."""
        names = {name_of(target): n for n, target in enumerate(self._plan.targets)}
        tried = {entry.id for entry in self._journal.entries if isinstance(entry, Tried)}
        earlier = [
            kept.record
            for id_, kept in sorted(self._history.findings().items())
            if kept.record.target in names
            and any(each.night != self._place.name for each in kept.record.sightings)
        ]
        part, parts = self._plan.shard
        mine = [
            record
            for n, record in enumerate(earlier)
            if n % parts == part - 1 and record.id not in tried
        ]
        jobs = [
            Replay(n, self._plan.targets[names[record.target]], (record.token, *record.others))
            for n, record in enumerate(mine)
        ]
        for job, outcome in outcomes(jobs, self._executor, self._interrupted):
            record = mine[job.number]
            how = CANNOT_BE_JUDGED
            if isinstance(outcome, FindingReplayed):
                how = outcome.outcome
            elif isinstance(outcome, Bug):
                logger.warning("finding {}: {}", record.id, printable_text(outcome.message))
            kept = self._history.findings()[record.id]
            where = self._where(names[record.target])
            self._history.file(replayed(kept.record, where, how), kept.folder)
            self._journal.add(Tried(record.id, how))
            logger.info("finding {} of an earlier night {}", record.id, how)

    def _run_lanes(self, progress: Callable[[SoFar], None]) -> None:
        lanes = self._lanes()
        legs = Legs(self._plan, self._executor, self._filing, self._interrupted)
        limit = self._plan.duration_s
        if limit is not None:
            limit *= 1 - EXPLORING_SHARE
        while not self._interrupted() and (limit is None or self.seconds < limit):
            wanted = [leg for lane in lanes if (leg := lane.wanted()) is not None]
            if not wanted:
                return
            next_leg = min(wanted, key=lambda leg: (leg.round, self._taken[leg.lane], leg.lane))
            lane = next(lane for lane in lanes if lane.number == next_leg.lane)
            before = self.so_far()

            def show(result: Result, before: SoFar = before) -> None:
                executions = before.executions + result.executions
                progress(SoFar(executions, before.findings, self.seconds))

            leg = legs.run(next_leg, lane.known[next_leg.target], show)
            if leg is None:
                return
            self._journal.add(leg)
            lane.take(leg)
            self._taken[lane.number] += 1
            name = name_of(self._plan.targets[leg.target])
            logger.debug(
                "lane {} round {} {}: {} executions", leg.lane, leg.round, name, leg.executions
            )
            if leg.out:
                logger.warning("lane {} goes on without {}: {}", leg.lane, name, leg.out)

    def so_far(self) -> SoFar:
        """Return how far it has come."""
        legs = [entry for entry in self._journal.entries if isinstance(entry, Leg)]
        ids = {met.id for leg in legs for met in leg.met}
        return SoFar(sum(leg.executions for leg in legs), ids, self.seconds)

    @cached_property
    def _taken(self) -> dict[int, int]:
        """For each lane how many legs were taken."""
        taken = dict.fromkeys(self._plan.lanes, 0)
        for entry in self._journal.entries:
            if isinstance(entry, Leg):
                taken[entry.lane] += 1
        return taken

    def _lanes(self) -> list[Lane]:
        """Return the lanes, each as far as the journal has it."""
        plan = self._plan
        lanes = {
            number: Lane(number, len(plan.targets), plan.scenarios, plan.executions)
            for number in plan.lanes
        }
        for entry in self._journal.entries:
            if isinstance(entry, Leg) and lanes[entry.lane].is_wanted(entry):
                lanes[entry.lane].take(entry)
        return list(lanes.values())

    def _where(self, target: int) -> Where:
        kernel = self._plan.targets[target]
        return Where(
            night=self._place.name,
            at=self._begun,
            model=model_digest(),
            seed=self._plan.seed,
            target=name_of(kernel),
            source=source_of(kernel),
        )

    def _filing(self, target: int) -> Filing:
        return Filing(self._history, self._where(target), self._place / CONFIRMED)

    def _explore(self) -> None:
        """Explore the small machines that are left."""
        limit = self._plan.duration_s
        done = {
            (entry.explored.target, entry.explored.scenario)
            for entry in self._journal.entries
            if isinstance(entry, Space)
        }
        out = {entry.target for entry in self._journal.entries if isinstance(entry, Leg) and entry.out}
        left = [
            (target, scenario)
            for target, scenario in self._plan.explores
            if target not in out and (name_of(self._plan.targets[target]), scenario) not in done
        ]
        jobs = [
            Exploring(
                n, self._plan.targets[target], scenario, EXPLORED_MAX, self._plan.shrink_replays
            )
            for n, (target, scenario) in enumerate(left)
        ]

        def over() -> bool:
            return self._interrupted() or (limit is not None and self.seconds >= limit)

        begun_s = self.seconds
        came = [(left[job.number], outcome) for job, outcome in outcomes(jobs, self._executor, over)]
        for (target, scenario), outcome in came:
            met: list[Met] = []
            bugs: list[str] = []
            values = (False, 0, {})
            if isinstance(outcome, SpaceExplored):
                values = (outcome.complete, outcome.executions, dict(outcome.failures))
                filing = self._filing(target)
                for answer in outcome.answers:
                    bugs += self._file_if_it_holds(filing, target, found(answer))
                met = filing.met
            elif isinstance(outcome, Bug):
                bugs = [printable_text(outcome.message)]
            explored = Explored(name_of(self._plan.targets[target]), scenario, *values)
            seconds = round(self.seconds - begun_s, 3)
            begun_s += seconds
            self._journal.add(Space(explored, met, bugs, seconds))

    def _file_if_it_holds(self, filing: Filing, target: int, finding: Finding) -> list[str]:
        kernel = self._plan.targets[target]
        differences = differs_afresh(
            self._executor,
            kernel,
            finding.example,
            f"an exploration of {finding.scenario}",
            CONFIRMATIONS,
        )
        if not differences:
            filing.file(finding)
        return [printable_text(fault_of(bug, kernel) or str(bug)) for bug in differences]
