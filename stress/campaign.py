# SPDX-License-Identifier: GPL-2.0-only
"""A campaign: many executions under one budget, the same for a seed whatever the number of jobs.

The executions of a seed stand in one fixed order: number g runs scenario g mod S, execution g div
S. Batches of them go to workers; answers are merged in that order, so a shorter campaign is a
prefix of a longer one, and the first finding is the first whoever found it.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from stress.pool import Pool
from stress.scenarios import SCENARIOS
from stress.subject import Subject
from stress.work import Batch, Bug, Example, Fact, Facts

BATCH = 24
WAIT_S = 0.1


@dataclass(frozen=True)
class Plan:
    """What a campaign is to do.

    Attributes:
        subject: what is tested.
        scenarios: names of the scenarios, in order.
        seed: the seed.
        strategy: the strategy's name, or the mix.
        executions: how many executions in all.
        execution: only this one of each scenario, None for the first ones.
        duration_s: when to stop at the latest; None for no limit.
        stop_at_first: stop at the first finding.
    """

    subject: Subject
    scenarios: Sequence[str]
    seed: int
    strategy: str
    executions: int
    execution: int | None = None
    duration_s: float | None = None
    stop_at_first: bool = False

    def items(self) -> Iterator[tuple[str, int]]:
        """Yield scenario and index of each execution, in order."""
        if self.execution is not None:
            yield from ((name, self.execution) for name in self.scenarios)
            return
        for number in range(self.executions if self.scenarios else 0):
            index, which = divmod(number, len(self.scenarios))
            yield self.scenarios[which], index

    def batches(self) -> Iterator[tuple[tuple[str, int], ...]]:
        """Yield the executions by the batch."""
        batch: list[tuple[str, int]] = []
        for item in self.items():
            batch.append(item)
            if len(batch) == BATCH:
                yield tuple(batch)
                batch = []
        if batch:
            yield tuple(batch)


@dataclass
class Finding:
    """All failures with one signature.

    Attributes:
        signature: their identity.
        scenario: the scenario of the first.
        execution: the index of the first within its scenario.
        strategy: the strategy that found the first.
        count: how many there were.
        example: the first of them.
    """

    signature: str
    scenario: str
    execution: int
    strategy: str
    example: Example
    count: int = 1


@dataclass
class Result:
    """What a campaign found out, in the order of its executions.

    Attributes:
        executions: how many were run.
        steps: their steps together.
        windows: for each window, how many executions crossed it.
        runs: for each scenario and strategy, how many executions there were.
        crossings: for each scenario, strategy and window, how many executions crossed it.
        findings: by signature, in order of the first.
        bugs: what was wrong with the harness itself.
        interrupted: somebody stopped it.
        seconds: how long it took.
    """

    executions: int = 0
    steps: int = 0
    windows: Counter[str] = field(default_factory=Counter)
    runs: Counter[tuple[str, str]] = field(default_factory=Counter)
    crossings: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    findings: dict[str, Finding] = field(default_factory=dict)
    bugs: list[str] = field(default_factory=list)
    interrupted: bool = False
    seconds: float = 0.0

    def add(self, fact: Fact, examples: dict[str, Example]) -> None:
        """Add one execution."""
        self.executions += 1
        self.steps += fact.steps
        self.runs[fact.scenario, fact.strategy] += 1
        for window in fact.windows:
            self.windows[window] += 1
            self.crossings[fact.scenario, fact.strategy, window] += 1
        if fact.signature is None:
            return
        if fact.signature in self.findings:
            self.findings[fact.signature].count += 1
        else:
            self.findings[fact.signature] = Finding(
                fact.signature,
                fact.scenario,
                fact.index,
                fact.strategy,
                examples[fact.signature],
            )


class Campaign:
    """Carries a plan out on a pool of workers."""

    def __init__(
        self,
        plan: Plan,
        pool: Pool,
        *,
        interrupted: Callable[[], bool] = lambda: False,
        progress: Callable[[Result], None] = lambda result: None,
    ) -> None:
        """Prepare a campaign.

        Args:
            plan: what to do.
            pool: who does it.
            interrupted: asked often; True ends the campaign after the batches under way.
            progress: told the result so far, often.
        """
        self._plan = plan
        self._pool = pool
        self._interrupted = interrupted
        self._progress = progress
        self._answers: dict[int, Facts] = {}
        self._merged = 0

    def run(self) -> Result:
        """Run the campaign to its end."""
        pool, result = self._pool, Result()
        begin = time.monotonic()
        batches = enumerate(self._plan.batches())
        more = True
        while True:
            more = more and not self._over(result, time.monotonic() - begin)
            while more and pool.idle:
                number, items = next(batches, (-1, ()))
                if not items:
                    more = False
                    break
                pool.submit(self._batch(number, items, result))
            if not pool.busy:
                break
            for answer in pool.answers(WAIT_S):
                if isinstance(answer, Bug):
                    result.bugs.append(answer.message)
                else:
                    self._answers[answer.number] = answer
            self._merge(result)
            result.seconds = time.monotonic() - begin
            self._progress(result)
        result.seconds = time.monotonic() - begin
        return result

    def _over(self, result: Result, seconds: float) -> bool:
        if self._interrupted():
            result.interrupted = True
        limit = self._plan.duration_s
        return (
            result.interrupted
            or bool(result.bugs)
            or self._stopped(result)
            or (limit is not None and seconds >= limit)
        )

    def _stopped(self, result: Result) -> bool:
        return self._plan.stop_at_first and bool(result.findings)

    def _batch(self, number: int, items: tuple[tuple[str, int], ...], result: Result) -> Batch:
        known = set(result.findings)
        for answer in self._answers.values():
            known.update(answer.examples)
        plan = self._plan
        return Batch(number, plan.subject, plan.seed, plan.strategy, items, frozenset(known))

    def _merge(self, result: Result) -> None:
        """Add what is complete from the front; what comes behind a gap has to wait."""
        while (answer := self._answers.pop(self._merged, None)) is not None:
            self._merged += 1
            for fact in answer.facts:
                if self._stopped(result):
                    return
                result.add(fact, answer.examples)


def too_few(plan: Plan, result: Result) -> list[str]:
    """Say why the campaign's verdict would be vacuous; [] if it is not."""
    if plan.execution is not None:
        return [] if result.executions else ["nothing was selected"]
    if not result.executions:
        return ["nothing was selected"]
    reasons = []
    for name in plan.scenarios:
        scenario = SCENARIOS[name]
        runs = {strategy: n for (which, strategy), n in result.runs.items() if which == name}
        if sum(runs.values()) < scenario.executions_min:
            reasons.append(
                f"{name}: {sum(runs.values())} executions, at least {scenario.executions_min} "
                "are needed for a verdict"
            )
            continue
        for window, floors in scenario.floors.per_cent.items():
            if window in plan.subject.kernel().never_crosses:
                continue
            for strategy, count in runs.items():
                crossed = 100 * result.crossings[name, strategy, window] / count
                if crossed < floors.get(strategy, 0.0):
                    reasons.append(
                        f"{name}: window {window} crossed in {crossed:.1f} % of the executions "
                        f"under {strategy}, at least {floors[strategy]:.1f} % are needed"
                    )
    return reasons
