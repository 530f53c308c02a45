# SPDX-License-Identifier: GPL-2.0-only
"""Looking for the canaries: known bugs, before anything else is believed."""

from collections.abc import Callable
from dataclasses import dataclass, field

from stress.campaign.campaign import Campaign
from stress.campaign.canaries import CANARIES, missed, plan_for
from stress.campaign.comparing import takes_all_for_the_same
from stress.campaign.plan import Plan
from stress.jobs import Executor
from stress.system import logs


@dataclass
class Looked:
    """What came of it.

    Attributes:
        found: for each canary, after how many executions it was found; 0 for one that was not.
        bugs: what is wrong with the harness if one was not.
        interrupted: somebody stopped it.
    """

    found: dict[str, int] = field(default_factory=dict)
    bugs: list[str] = field(default_factory=list)
    interrupted: bool = False


def look_for_canaries(plan: Plan, executor: Executor, interrupted: Callable[[], bool]) -> Looked:
    """Look for each canary; a campaign that cannot find one would find nothing like it.

    Args:
        plan: the campaign that is to follow.
        executor: runs the executions.
        interrupted: asked often; True ends it.
    """
    looked = Looked()
    for canary in CANARIES:
        if not canary.is_looked_for(plan.target):
            continue
        result = Campaign(plan_for(canary, plan), executor, interrupted=interrupted).run()
        looked.bugs += result.bugs
        looked.interrupted = result.interrupted
        if looked.bugs or looked.interrupted:
            return looked
        symptoms = result.symptoms
        looked.bugs += missed(canary, symptoms, result.executions)
        looked.found[canary.bug] = 0 if looked.bugs else result.executions
        if looked.bugs:
            return looked
        logs.info(f"canary {canary.bug} found as {', '.join(symptoms) or 'nothing'}")
    looked.bugs += takes_all_for_the_same(executor)
    return looked
