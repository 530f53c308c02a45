# SPDX-License-Identifier: GPL-2.0-only
"""Summing up: what the entries of a journal come to together.

Sums, sets and firsts in the order of rounds and lanes: nothing depends on when an entry was
written, so a night that was killed and resumed comes to what it would have come to anyway.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from harness.engine import printable_name, printable_text
from harness.search.strategies import PORTFOLIO
from stress.campaign import Plan, Result, below_floors, too_few, towards
from stress.executions import Target
from stress.history import ArmRecord, CellRecord, FindingRecord, TargetRecord, WindowRecord
from stress.nights.entries import Leg, Met, Ran
from stress.nights.lane import behaviours
from stress.nights.plan import NightPlan, name_of, source_of
from vgic import changes_nothing, overrides_of
from vgic.judging import WINDOWS, steps_of


def in_order(legs: Iterable[Leg]) -> list[Leg]:
    """Return legs in the order of rounds, lanes and targets."""
    return sorted(legs, key=lambda leg: (leg.round, leg.lane, leg.target))


@dataclass(frozen=True)
class Tested:
    """What has to be known of a target to sum up what was done with it.

    Attributes:
        name: how nights call it.
        source: the hash of the user's class, "" for a revision of ours.
        overrides: what it overrides beyond a revision.
        changes_nothing: it is a user's class without anything that the kernel would call.
        never_crosses: the windows that it says it rightly never comes through.
    """

    name: str
    source: str
    overrides: tuple[str, ...]
    changes_nothing: bool
    never_crosses: frozenset[str]


def tested_of(target: Target) -> Tested:
    """Return what has to be known of a target, which is loaded for it."""
    kernel = target.kernel
    return Tested(
        name_of(target),
        source_of(target),
        overrides_of(kernel),
        target.is_users and changes_nothing(kernel),
        kernel.never_crosses,
    )


def tested_in(record: TargetRecord) -> Tested:
    """Return the same from a record of it: nothing of a user's is loaded."""
    return Tested(
        record.target,
        record.source,
        tuple(record.overrides),
        record.changes_nothing,
        frozenset(record.never_crosses),
    )


def result_of(tested: Tested, legs: Sequence[Leg]) -> Result:
    """Return what the legs of one target come to as one campaign, but for findings."""
    result = Result(
        overrides=tested.overrides,
        changes_nothing=tested.changes_nothing,
        never_crosses=tested.never_crosses,
    )
    for leg in legs:
        result.executions += leg.executions
        result.called.update(leg.called)
        result.bugs += leg.bugs
        for ran in leg.runs:
            result.runs[ran.scenario, ran.strategy] += ran.executions
            for window, count in ran.windows.items():
                result.windows[window] += count
                result.crossings[ran.scenario, ran.strategy, window] += count
        for scenario, window, steps, count in leg.progress:
            result.progress[scenario, window, steps] += count
        for _, symptom, count in leg.failures:
            result.failures[symptom] += count
    return result


def target_record(
    plan: NightPlan, target: int, tested: Tested, legs: Sequence[Leg]
) -> TargetRecord:
    """Return what a night did with one target.

    Args:
        plan: what the night is to do.
        target: the target's place in it.
        tested: what is known of the target.
        legs: its legs.
    """
    result = result_of(tested, legs)
    runs = [ran for leg in legs for ran in leg.runs]
    cells = [_cell(scenario, legs, runs) for scenario in plan.scenarios]
    arms = sorted({ran.strategy for ran in runs})
    as_plan = _as_plan(plan, target)
    return TargetRecord(
        target=tested.name,
        source=tested.source,
        executions=result.executions,
        looked=sum(cell.looked for cell in cells),
        distinct=sum(cell.new for cell in cells),
        cells=cells,
        arms=[_arm(arm, [ran for ran in runs if ran.strategy == arm]) for arm in arms],
        windows=_windows(as_plan, result),
        lost=[lost for leg in legs for lost in leg.lost],
        faults=list(dict.fromkeys(leg.out for leg in legs if leg.out)),
        reasons=[printable_text(reason) for reason in too_few(as_plan, result)],
        overrides=list(map(printable_name, tested.overrides)),
        changes_nothing=tested.changes_nothing,
        never_crosses=sorted(tested.never_crosses),
    )


def _as_plan(plan: NightPlan, target: int) -> Plan:
    scenarios = list(plan.scenarios)
    return Plan(plan.targets[target], scenarios, plan.seed, PORTFOLIO, plan.executions)


def _cell(scenario: str, legs: Sequence[Leg], runs: Sequence[Ran]) -> CellRecord:
    mine = [ran for ran in runs if ran.scenario == scenario]
    seen = [each for ran in mine for each in behaviours(ran.behaviours)]
    failures = Counter[str]()
    for leg in legs:
        for where, symptom, count in leg.failures:
            if where == scenario:
                failures[symptom] += count
    return CellRecord(
        scenario=scenario,
        executions=sum(ran.executions for ran in mine),
        steps=sum(leg.steps.get(scenario, 0) for leg in legs),
        looked=len(seen),
        new=len(set(seen)),
        failures=dict(sorted(failures.items())),
    )


def _arm(strategy: str, runs: Sequence[Ran]) -> ArmRecord:
    seen = [(ran.scenario, each) for ran in runs for each in behaviours(ran.behaviours)]
    return ArmRecord(
        strategy=strategy,
        executions=sum(ran.executions for ran in runs),
        looked=len(seen),
        distinct=len(set(seen)),
        failed=sum(ran.failed for ran in runs),
    )


def _windows(plan: Plan, result: Result) -> list[WindowRecord]:
    below = below_floors(plan, result)
    return [
        WindowRecord(
            window=window,
            executions=result.windows[window],
            reached=result.best_progress(window)[0],
            steps=len(steps_of(window)),
            towards=printable_text(towards(result, window)),
            below=list(map(printable_text, below.get(window, []))),
        )
        for window in sorted(WINDOWS)
    ]


@dataclass(frozen=True)
class _First:
    """Where a symptom was first met on a target, and how often it was met in all."""

    to_find: int
    count: int


def counted(
    record: FindingRecord, met: Iterable[Met], legs: Sequence[Leg], night: str
) -> FindingRecord:
    """Return a record whose sighting of a night says how often it was seen, and how soon.

    Args:
        record: the finding.
        met: the failures of this night that are it, in order.
        legs: the legs of its target, in order.
        night: the night.
    """
    symptoms = {each.symptom for each in met}
    executions = sum(leg.executions for leg in legs)
    first = _first(symptoms, legs)
    sightings = [
        each
        if each.night != night or not first.count
        else replace(each, count=first.count, executions=executions, to_find=first.to_find)
        for each in record.sightings
    ]
    return replace(record, sightings=sightings)


def _first(symptoms: set[str], legs: Sequence[Leg]) -> _First:
    before, to_find, counts = 0, 0, defaultdict[str, int](int)
    for leg in legs:
        places = [place for symptom, place in leg.firsts.items() if symptom in symptoms]
        if places and not to_find:
            to_find = before + min(places)
        before += leg.executions
        for _, symptom, count in leg.failures:
            counts[symptom] += count
    return _First(to_find, sum(counts[symptom] for symptom in symptoms))
