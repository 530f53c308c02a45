# SPDX-License-Identifier: GPL-2.0-only
"""A campaign: many executions under one budget, the same for a seed whatever the number of jobs.

The executions of a seed stand in one order (order.py). Batches of them go to workers; answers are
merged in that order, so a shorter campaign is a prefix of a longer one, and the first finding is
the first whoever found it. Some failures are looked into, chosen by their place in that order too
(inquiry.py).
"""

import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from harness.order_graph import Learned, OrderGraph, Step, Witness, inverted, witnesses
from harness.saturation import Seen
from harness.strategies import MIXED, PORTFOLIO
from stress.inquiry import Answer, Example, Inquiry, is_looked_into
from stress.order import Order
from stress.pool import Pool
from stress.scenario import Scenario
from stress.scenarios import SCENARIOS
from stress.shrinking import REPLAYS
from stress.subject import Subject
from stress.work import Batch, Bug, Fact, Facts

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
        executions: how many executions in all; None for no limit.
        execution: only this one of each scenario, None for the first ones.
        duration_s: when to stop at the latest; None for no limit.
        stop_at_first: stop at the first finding.
        shrink_replays: how many replays shrinking one finding may take; 0 leaves it as found.
    """

    subject: Subject
    scenarios: Sequence[str]
    seed: int
    strategy: str
    executions: int | None
    execution: int | None = None
    duration_s: float | None = None
    stop_at_first: bool = False
    shrink_replays: int = REPLAYS

    @property
    def total(self) -> int | None:
        """How many executions at most; None for no limit."""
        return self.executions if self.execution is None else len(self.scenarios)

    def order(self) -> Order:
        """Return the order of its executions, from the first."""
        portfolios = {
            name: SCENARIOS[name].portfolio for name in self.scenarios if self.strategy == PORTFOLIO
        }
        return Order(self.scenarios, portfolios, self.executions, self.execution)


@dataclass(frozen=True)
class Finding:
    """A race: failures with one symptom that shrink to preemptions in the same functions.

    Attributes:
        scenario: the scenario of the first.
        execution: the index of the first within its scenario.
        strategy: the strategy that found the first.
        example: the first of them.
    """

    scenario: str
    execution: int
    strategy: str
    example: Example

    @property
    def signature(self) -> str:
        """Its identity."""
        return self.example.identity


@dataclass
class Result:
    """What a campaign found out, in the order of its executions.

    Attributes:
        executions: how many were run.
        steps: their steps together.
        windows: for each window, how many executions crossed it.
        runs: for each scenario and strategy, how many executions there were.
        crossings: for each scenario, strategy and window, how many executions crossed it.
        seen: for each strategy, the behaviours of the executions that were looked at.
        seen_by_all: the same for all strategies together.
        failures: for each symptom, how many executions showed it.
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
    seen: dict[str, Seen] = field(default_factory=dict)
    seen_by_all: Seen = field(default_factory=Seen)
    failures: Counter[str] = field(default_factory=Counter)
    findings: dict[str, Finding] = field(default_factory=dict)
    bugs: list[str] = field(default_factory=list)
    interrupted: bool = False
    seconds: float = 0.0

    def add(self, fact: Fact) -> None:
        """Add one execution."""
        self.executions += 1
        self.steps += fact.steps
        self.runs[fact.scenario, fact.strategy] += 1
        for window in fact.windows:
            self.windows[window] += 1
            self.crossings[fact.scenario, fact.strategy, window] += 1
        if fact.behaviour is not None:
            self.seen.setdefault(fact.strategy, Seen()).add(fact.behaviour)
            self.seen_by_all.add(fact.behaviour)
        if fact.signature is not None:
            self.failures[fact.signature] += 1

    def find(self, answer: Answer) -> None:
        """Add what came of an inquiry."""
        finding = Finding(answer.scenario, answer.execution, answer.strategy, answer.example)
        self.findings.setdefault(finding.signature, finding)


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
        self._order = plan.order()
        self._batches = 0
        self._facts: dict[int, Facts] = {}
        self._merged = 0
        self._wanted: deque[Inquiry] = deque()
        self._inquiries = 0
        self._answers: dict[int, Answer] = {}
        self._found = 0
        self._graph = OrderGraph()
        self._known_orders: set[tuple[Learned, ...]] = set()

    def run(self) -> Result:
        """Run the campaign to its end."""
        pool, result = self._pool, Result()
        begin = time.monotonic()
        more = True
        while True:
            more = more and not self._over(result, time.monotonic() - begin)
            while pool.idle:
                job: Batch | Inquiry | None = self._next_inquiry(result)
                if job is None and more:
                    job = self._next_batch()
                if job is None:
                    break
                pool.submit(job)
            if not pool.busy:
                break
            for answer in pool.answers(WAIT_S):
                self._take(answer, result)
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
        return self._plan.stop_at_first and bool(result.failures)

    def _next_batch(self) -> Batch | None:
        """Return the next executions; None if there are none left, or none to choose yet."""
        plan = self._plan
        items = self._order.take(BATCH)
        if not items:
            return None
        self._batches += 1
        return Batch(self._batches - 1, plan.subject, plan.seed, plan.strategy, items)

    def _next_inquiry(self, result: Result) -> Inquiry | None:
        if result.bugs or not self._wanted:
            return None
        inquiry = self._wanted.popleft()
        # Whoever interrupts does not want to wait, and does not want to lose anything.
        return replace(inquiry, replays_max=0) if result.interrupted else inquiry

    def _take(self, answer: Facts | Answer | Bug, result: Result) -> None:
        if isinstance(answer, Bug):
            result.bugs.append(answer.message)
        elif isinstance(answer, Facts):
            self._facts[answer.number] = answer
        else:
            self._answers[-answer.number] = answer

    def _merge(self, result: Result) -> None:
        """Add what is complete from the front; what comes behind a gap has to wait."""
        while (facts := self._facts.pop(self._merged, None)) is not None:
            self._merged += 1
            for fact in facts.facts:
                if self._stopped(result):
                    break
                result.add(fact)
                self._order.learn((fact.scenario, fact.index), fact.behaviour)
                if fact.signature and is_looked_into(result.failures[fact.signature]):
                    self._want(((fact.scenario, fact.index),))
                self._look_at_orders(fact, result)
        while (answer := self._answers.pop(self._found + 1, None)) is not None:
            self._found += 1
            result.find(answer)

    def _look_at_orders(self, fact: Fact, result: Result) -> None:
        """Add the orders of an execution to those of all before; inquire if they are inverted."""
        if fact.orders in self._known_orders:
            return
        self._known_orders.add(fact.orders)
        for learned in fact.orders:
            steps = self._graph.add(learned, (fact.scenario, fact.index))
            if steps:
                result.failures[inverted(steps)] += 1
                self._want(witnesses(steps), tuple(steps))

    def _want(self, items: tuple[Witness, ...], orders: tuple[Step, ...] = ()) -> None:
        plan = self._plan
        self._inquiries += 1
        self._wanted.append(
            Inquiry(
                -self._inquiries,
                plan.subject,
                plan.seed,
                plan.strategy,
                items,
                plan.shrink_replays,
                orders,
            )
        )


def executions_needed(scenario: Scenario, strategy: str) -> int:
    """Return how many executions of a scenario it takes at least for a verdict."""
    return scenario.executions_min * max(1, len(scenario.arms(strategy)) // len(MIXED))


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
        needed = executions_needed(scenario, plan.strategy)
        if sum(runs.values()) < needed:
            reasons.append(
                f"{name}: {sum(runs.values())} executions, at least {needed} are needed for a "
                "verdict"
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
