# SPDX-License-Identifier: GPL-2.0-only
"""Whether a campaign was enough for a verdict: executions, and the windows they went through."""

from collections.abc import Mapping

from harness.search.strategies import MIXED
from stress.campaign.plan import Plan
from stress.campaign.result import Result
from stress.campaign.towards import towards
from stress.scenarios import SCENARIOS, Scenario


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
    if result.changes_nothing:
        reasons.append(
            f"{plan.target} overrides nothing that the kernel calls, so what was run is the "
            "revision it is derived from; `vgic-stress list functions` shows what there is"
        )
    elif result.tested_nothing:
        reasons.append(
            f"{', '.join(result.overrides)}: never called in {result.executions} executions, so "
            f"what was run is not {plan.target}; see whether a function that the scenarios come "
            "through calls it"
        )
    for name in plan.scenarios:
        scenario = SCENARIOS.here_or_not(name)
        runs = {strategy: n for (which, strategy), n in result.runs.items() if which == name}
        needed = executions_needed(scenario, plan.strategy)
        if sum(runs.values()) < needed:
            reasons.append(
                f"{name}: {sum(runs.values())} executions, at least {needed} are needed for a "
                "verdict"
            )
            continue
        for window in _asked(plan, result, scenario):
            reasons += _missed(plan, result, scenario, window, runs)
    return reasons


def below_floors(plan: Plan, result: Result) -> dict[str, list[str]]:
    """Return for each window that was crossed too rarely where that was, in words."""
    found: dict[str, list[str]] = {}
    for name in plan.scenarios:
        runs = {strategy: n for (which, strategy), n in result.runs.items() if which == name}
        if not runs:
            continue
        scenario = SCENARIOS.here_or_not(name)
        for window in _asked(plan, result, scenario):
            missed = _missed(plan, result, scenario, window, runs)
            found.setdefault(window, []).extend(missed)
    return {window: missed for window, missed in found.items() if missed}


def _asked(plan: Plan, result: Result, scenario: Scenario) -> list[str]:
    """Return the windows that a scenario is to cross on what is tested.

    Judges of invariants note them; without those nothing is known of any.
    """
    if not plan.target.judge.invariants:
        return []
    return [window for window in scenario.floors.rates if window not in result.never_crosses]


def _missed(
    plan: Plan, result: Result, scenario: Scenario, window: str, runs: Mapping[str, int]
) -> list[str]:
    """Say where a window was crossed too rarely.

    Floors are of the correct kernel. A user's class may do the same otherwise and cross a window
    more rarely, so of that it is only asked to have come there at all.
    """
    name = scenario.name
    crossed = {strategy: result.crossings[name, strategy, window] for strategy in runs}
    floors = {
        strategy: scenario.floors.floor(window, strategy, count) for strategy, count in runs.items()
    }
    best = f"it came to {towards(result, window, name)}"
    if plan.target.is_users:
        if not any(floors.values()) or any(crossed.values()):
            return []
        return [
            f"{name}: window {window} was never crossed in {sum(runs.values())} executions, so "
            f"nothing is known of what may go wrong in it. So far {best}. If your class "
            f"rightly never comes through it, say in it never_crosses = frozenset({{{window!r}}})"
        ]
    rest = "" if any(crossed.values()) else f"; {best}"
    return [
        f"{name}: window {window} crossed in {100 * crossed[strategy] / count:.1f} % of the "
        f"executions under {strategy}, at least {floors[strategy]:.1f} % are needed{rest}"
        for strategy, count in runs.items()
        if 100 * crossed[strategy] / count < floors[strategy]
    ]
