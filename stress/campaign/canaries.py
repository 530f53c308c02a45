# SPDX-License-Identifier: GPL-2.0-only
"""What is watched in the harness itself, so that a part of it that is off cannot look like success.

A canary is a known bug that must be found; every campaign looks for them first. A count is compared
with what was asked for when the campaign has ended. docs/canaries.md lists both.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from harness.detectors.races import KINDS
from harness.search.strategies import MIX, MIXED, PORTFOLIO
from stress.campaign.plan import Plan
from stress.campaign.portfolio import EPOCH
from stress.campaign.result import Result
from stress.executions import Target
from stress.inputs import Points
from stress.jobs import COMPARE_EVERY, LOST_MAX, Batch, Facts, is_compared
from stress.scenarios import SCENARIOS
from vgic import ARCHITECTURE, CANARY, CANARY_OF_POINTS, CANARY_OF_RACES, JudgedBy


@dataclass(frozen=True)
class Canary:
    """A bug that has to be found, and as what.

    Attributes:
        bug: its name.
        scenario: where it is looked for.
        found_as: what the symptom begins with.
        races: it is only there to be found where data races are checked.
        points: where threads have to be interleaved for it to be found.
        judge: what has to find it.
        executions: by so many executions it has been found, or never will be.
    """

    bug: str
    scenario: str
    found_as: tuple[str, ...]
    races: bool = False
    points: Points = Points.STANDARD
    judge: JudgedBy = JudgedBy.INVARIANTS
    executions: int = 240

    def is_looked_for(self, target: Target) -> bool:
        """Tell whether what finds it is to be at work in a campaign."""
        stops = self.points in (Points.STANDARD, target.points)
        judged = self.judge is JudgedBy.INVARIANTS or target.judge.architecture
        return stops and judged and (target.races or not self.races)


CANARIES = (
    Canary(CANARY, "inject_while_eoicount", ("I9 lost edge",)),
    Canary("no_splice", "inject_while_eoicount", (ARCHITECTURE,), judge=JudgedBy.ARCHITECTURE),
    Canary("two_locks_unordered", "migration_ping_pong", ("lock nesting",)),
    Canary(CANARY_OF_RACES, "migration_ping_pong", KINDS, races=True),
    Canary(CANARY_OF_POINTS, "one_reroute", ("I16 arrival unannounced",), points=Points.ALL),
)

STRATEGIES_MIN = {PORTFOLIO: 4, MIX: len(MIXED)}
"""So many different strategies there are in what consists of several."""

IDLES_FOR = 64
"""A strategy that stays with the quiet default in so many executions, all that passed, is off."""

COMPARED_FROM = 1024
"""Of so many executions and more at least half as many are compared as on average."""


def not_all_reported(batch: Batch, facts: Facts) -> list[str]:
    """Say if a worker has not reported exactly the executions it was given; [] if it has."""
    reported = [(fact.scenario, fact.index, fact.strategy) for fact in facts.facts]
    lost = [(name, index) for name, index, _ in facts.lost]
    # After so many lost ones the campaign is over.
    end = batch.items.index(lost[-1]) if len(lost) >= LOST_MAX else len(batch.items)
    given = [
        (name, index, SCENARIOS[name].strategy(batch.strategy, index))
        for name, index in batch.items[:end]
        if (name, index) not in lost
    ]
    if reported == given and set(lost) <= set(batch.items):
        return []
    return [
        f"batch {batch.number}: {len(batch.items)} executions were handed out and "
        f"{len(reported) + len(lost)} came back"
        if len(reported) != len(given)
        else f"batch {batch.number}: other executions came back than were handed out"
    ]


def not_as_planned(plan: Plan, result: Result, due: int) -> list[str]:
    """Say what of a campaign that ended by itself was not as planned; [] if all was.

    Args:
        plan: what was to be done.
        result: what was done.
        due: how many executions were to be compared with a run in another process.
    """
    if result.bugs or result.interrupted:
        return []
    return [
        *_executions(plan, result),
        *_strategies(plan, result),
        *_comparisons(plan, result, due),
    ]


def _executions(plan: Plan, result: Result) -> list[str]:
    asked = plan.total
    stopped = result.is_endless or result.loses_too_many or (plan.stop_at_first and result.failures)
    if not plan.scenarios or stopped:
        return []
    if plan.duration_s is not None and result.seconds >= plan.duration_s:
        return []
    if asked is None or result.executions + len(result.lost) == asked:
        return []
    return [f"{result.executions} executions were run of {asked} that were asked for"]


def _strategies(plan: Plan, result: Result) -> list[str]:
    """Each strategy has to have its share, and to do something."""
    wrong = []
    for name in plan.scenarios:
        runs = {strategy for (which, strategy) in result.runs if which == name}
        count = sum(n for (which, _), n in result.runs.items() if which == name)
        least = STRATEGIES_MIN.get(plan.strategy, 1)
        arms = set(SCENARIOS[name].arms(plan.strategy))
        if count >= EPOCH and (len(runs) < least or runs != arms):
            wrong.append(
                f"{name}: {plan.strategy} ran {_listed(runs)} in {count} executions, and not "
                f"{_listed(arms - runs) or f'{least} strategies'}"
            )
    for strategy, count in result.passed.items():
        if count >= IDLES_FOR and not result.deviated[strategy]:
            wrong.append(
                f"strategy {strategy} does nothing: none of its {count} executions that passed "
                "left the quiet default"
            )
    return wrong


def _comparisons(plan: Plan, result: Result, due: int) -> list[str]:
    least = max(due, _comparisons_least(plan, result.executions))
    if result.compared >= least:
        return []
    return [
        f"{result.compared} executions were compared with a run in a fresh process, at least "
        f"{least} were to be"
    ]


def _comparisons_least(plan: Plan, executions: int) -> int:
    """Return how many are compared at the least, whatever the workers have said of it.

    In a row of executions that is known from how many there are; of a list it is what is on it: a
    leg of a night may have many of which none is to be.
    """
    if plan.execution is not None or executions < COMPARED_FROM:
        return 0
    if plan.items is None:
        return executions // (2 * COMPARE_EVERY)
    return sum(is_compared(index) for _, index in plan.items[:executions]) // 2


def _listed(names: set[str]) -> str:
    return ", ".join(sorted(names))


def plan_for(canary: Canary, plan: Plan) -> Plan:
    """Return the campaign that looks for a canary, whatever is tested otherwise.

    That of races is looked for at the points of what is tested, so that some canary is found as
    nights run: there what stops at plain accesses and what checks them share what watches them.
    """
    points = plan.target.points if canary.races else canary.points
    return replace(
        plan,
        target=Target(bugs=(canary.bug,), races=canary.races, points=points, judge=canary.judge),
        scenarios=[canary.scenario],
        strategy=MIX,
        executions=canary.executions,
        duration_s=None,
        stop_at_first=True,
        explained=False,
    )


def missed(canary: Canary, symptoms: Sequence[str], executions: int) -> list[str]:
    """Say if a canary was not found as what it is; [] if it was."""
    if any(symptom.startswith(canary.found_as) for symptom in symptoms):
        return []
    wanted = " or ".join(canary.found_as)
    instead = f" (but {', '.join(symptoms)})" if symptoms else ""
    return [
        f"canary missed: the bug {canary.bug} was not found as {wanted} in {executions} executions "
        f"of {canary.scenario}{instead}, so a clean verdict would mean nothing"
    ]
