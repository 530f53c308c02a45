# SPDX-License-Identifier: GPL-2.0-only
"""Whether a campaign was enough for a verdict: executions, and the windows they went through."""

from harness.search.strategies import MIXED
from stress.campaign.plan import Plan
from stress.campaign.result import Result
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
            if window in plan.target.kernel.never_crosses:
                continue
            for strategy, count in runs.items():
                crossed = 100 * result.crossings[name, strategy, window] / count
                if crossed < floors.get(strategy, 0.0):
                    reasons.append(
                        f"{name}: window {window} crossed in {crossed:.1f} % of the executions "
                        f"under {strategy}, at least {floors[strategy]:.1f} % are needed"
                    )
    return reasons
