# SPDX-License-Identifier: GPL-2.0-only
"""Whether a plan can come to a verdict at all, said before somebody has waited for it.

By a rate that every laptop exceeds, not by measuring: the line is the same wherever and whenever
a command is given.
"""

from math import ceil

from harness.search.strategies import RUNS
from stress.campaign.floors import executions_needed
from stress.campaign.plan import Plan
from stress.inputs import Points
from stress.scenarios import SCENARIOS

RATE = 100
"""Executions a second that one worker process has at least; docs/usage.md says so."""

RACES_COST = 4
"""How many times as long they take at most where every access to a shared field is checked."""


POINTS_COST = 2
"""The same where each of them without its guard is a scheduling point; beside the check it hardly
costs more."""


def least_executions(plan: Plan) -> int:
    """Return how many executions a plan takes at least for a verdict on all of its scenarios."""
    names = plan.scenarios
    # They take turns, so the last execution of one that needs n is number (n - 1) * S + its own.
    return max(
        (
            (executions_needed(SCENARIOS[name], plan.strategy) - 1) * len(names) + place
            for place, name in enumerate(names, 1)
        ),
        default=0,
    )


def outlook(plan: Plan, jobs: int) -> str:
    """Say why a plan cannot, or hardly, come to a verdict; "" if it can.

    Args:
        plan: what is to be done.
        jobs: by how many worker processes.
    """
    if plan.execution is not None:
        return ""
    least = least_executions(plan)
    if plan.executions is not None and plan.executions < least:
        return f"--executions {plan.executions} is too few for a verdict: it takes {least} at least"
    watched = POINTS_COST if plan.target.points is Points.ALL else 1
    cost = RUNS.get(plan.strategy, 1) * (RACES_COST if plan.target.races else watched)
    seconds = ceil(least * cost / (jobs * RATE))
    if plan.duration_s is not None and plan.duration_s < seconds:
        return (
            f"--duration may be too short for a verdict: it takes {least} executions, "
            f"up to {seconds} s"
        )
    return ""
