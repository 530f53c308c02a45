# SPDX-License-Identifier: GPL-2.0-only
"""Running a leg: one campaign, and what of it goes into the journal."""

from collections import Counter, defaultdict
from collections.abc import Callable
from typing import Protocol

from harness.engine import printable_text
from harness.search.strategies import PORTFOLIO
from stress.campaign import ENDLESS_MAX, Campaign, Known, Plan, Result
from stress.findings import Keeps
from stress.history import Lost
from stress.jobs import Executor, Fact
from stress.nights.entries import BEHAVIOUR_DIGITS, Leg, Met, Ordered, Ran
from stress.nights.lane import NextLeg
from stress.nights.plan import CONFIRMATIONS, NightPlan


class Legs:
    """Runs the legs of a night, one after the other."""

    def __init__(
        self,
        plan: NightPlan,
        executor: Executor,
        keeper: Callable[[int], "KeepsMet"],
        interrupted: Callable[[], bool],
    ) -> None:
        """Prepare to run them.

        Args:
            plan: what the night is to do.
            executor: runs the executions.
            keeper: returns who keeps what is found on a target, by its place in the plan.
            interrupted: asked often; True ends a leg before its end.
        """
        self._plan = plan
        self._executor = executor
        self._keeper = keeper
        self._interrupted = interrupted

    def run(self, wanted: NextLeg, known: Known, progress: Callable[[Result], None]) -> Leg | None:
        """Run a leg.

        Args:
            wanted: the leg.
            known: what is known of its target in its lane.
            progress: called with the result so far, often.

        Returns:
            What came of it; None if it was interrupted, and so is nothing.
        """
        heard = _Heard(known)
        keeper = self._keeper(wanted.target)
        campaign = Campaign(
            self.plan_of(wanted),
            self._executor,
            interrupted=self._interrupted,
            progress=progress,
            keeper=keeper,
            heard=heard,
            known=known.copy(),
        )
        result = campaign.run()
        if result.interrupted or self._interrupted():
            return None
        return _leg(wanted, result, heard, keeper.met)

    def plan_of(self, wanted: NextLeg) -> Plan:
        """Return the plan of the campaign that a leg is."""
        plan = self._plan
        return Plan(
            target=plan.targets[wanted.target],
            scenarios=list(dict.fromkeys(scenario for scenario, _ in wanted.items)),
            seed=plan.seed,
            strategy=PORTFOLIO,
            executions=len(wanted.items),
            shrink_replays=plan.shrink_replays,
            items=wanted.items,
            confirmations=CONFIRMATIONS,
            elsewhere=True,
        )


class KeepsMet(Keeps, Protocol):
    """Keeps findings, and says which failures they were."""

    @property
    def met(self) -> list[Met]:
        """The failures that were looked into."""


class _Heard:
    """What there is to write down of the executions of a leg, as they are merged."""

    def __init__(self, known: Known) -> None:
        self.executions = 0
        self.steps: Counter[str] = Counter()
        self.runs: Counter[tuple[str, str]] = Counter()
        self.failed: Counter[tuple[str, str]] = Counter()
        self.windows: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
        self.behaviours: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        self.failures: Counter[tuple[str, str]] = Counter()
        self.firsts: dict[str, int] = {}
        self.manners: set[tuple[str, str]] = set()
        self.orders: list[Ordered] = []
        self._known = {(each.before, each.after) for each, _ in known.graph.steps}

    def __call__(self, fact: Fact) -> None:
        self.executions += 1
        key = fact.scenario, fact.strategy
        self.runs[key] += 1
        self.steps[fact.scenario] += fact.steps
        self.windows[key].update(fact.windows)
        if fact.behaviour is not None:
            digits = fact.behaviour.rpartition(" ")[2]
            self.behaviours[key].append(digits[:BEHAVIOUR_DIGITS])
        if fact.signature is not None:
            self.failed[key] += 1
            self.failures[fact.scenario, fact.signature] += 1
            self.firsts.setdefault(fact.signature, self.executions)
            self.manners.add((fact.signature, fact.manner))
        for learned in fact.orders:
            if (learned.before, learned.after) not in self._known:
                self._known.add((learned.before, learned.after))
                self.orders.append(Ordered(*learned, fact.scenario, fact.index))


def _leg(wanted: NextLeg, result: Result, heard: _Heard, met: list[Met]) -> Leg:
    return Leg(
        lane=wanted.lane,
        round=wanted.round,
        target=wanted.target,
        executions=heard.executions,
        steps=dict(sorted(heard.steps.items())),
        seconds=round(result.seconds, 3),
        runs=[
            Ran(
                scenario=scenario,
                strategy=strategy,
                executions=count,
                failed=heard.failed[scenario, strategy],
                windows=dict(sorted(heard.windows[scenario, strategy].items())),
                behaviours="".join(heard.behaviours[scenario, strategy]),
            )
            for (scenario, strategy), count in sorted(heard.runs.items())
        ],
        failures=[(*key, count) for key, count in sorted(heard.failures.items())],
        firsts=heard.firsts,
        progress=[(*key, count) for key, count in sorted(result.progress.items())],
        called=sorted(result.called),
        met=met,
        orders=heard.orders,
        lost=[
            Lost(scenario, number, printable_text(why)) for scenario, number, why in _lost(result)
        ],
        out=printable_text(_out(result)),
        bugs=[printable_text(bug) for bug in result.bugs],
        manners=sorted(heard.manners),
    )


def _lost(result: Result) -> list[tuple[str, int, str]]:
    """Return what has no verdict, and what has one that no other process has confirmed."""
    unconfirmed = [
        (scenario, number, f"not run once more in a fresh process: {why}")
        for scenario, number, why in result.not_rerun
    ]
    return [*result.lost, *unconfirmed]


def _out(result: Result) -> str:
    """Say why there is no use in going on with a target, "" if there is."""
    if result.faults:
        return result.faults[0]
    if result.is_endless:
        return f"{ENDLESS_MAX} executions of a leg came to the step bound"
    return result.bugs[0] if result.bugs else ""
