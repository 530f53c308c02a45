# SPDX-License-Identifier: GPL-2.0-only
"""What a night would do, said before it does."""

from collections.abc import Iterable

from stress.history import Kept
from stress.nights.lane import BLOCK, LANES, Lane
from stress.nights.plan import EXPLORED_MAX, NightPlan, name_of
from stress.system import counted


def plan_text(plan: NightPlan, kept: Iterable[Kept]) -> str:
    """Return what a night would do, in the order in which it would.

    Args:
        plan: what it is to do.
        kept: what earlier nights have found.
    """
    names = [name_of(target) for target in plan.targets]
    earlier = [each for each in kept if each.record.target in names]
    cells = len(names) * len(plan.scenarios)
    first = Lane(plan.lanes[0], len(names), plan.scenarios, plan.executions).wanted()
    leg = 0 if first is None else len(first.items)
    limits = [] if plan.executions is None else [counted(plan.executions, "execution")]
    if plan.duration_s is not None:
        limits.append(f"{plan.duration_s:.10g} s, the last tenth of it for exploring")
    part, parts = plan.shard
    lines = [
        "1. the canaries",
        f"2. {counted(len(earlier), 'finding')} of earlier nights, replayed",
        f"3. {' or '.join(limits)}, in {len(plan.lanes)} of {LANES} lanes (part {part} of {parts}):"
        f" {counted(len(plan.scenarios), 'scenario')} on {counted(len(names), 'target')}, which "
        f"is {cells} cells, {BLOCK} executions of one at a time; the first leg has {leg}",
        *(f"     {name}" for name in names),
        f"4. {counted(len(plan.explores), 'small machine')}, explored to {EXPLORED_MAX} executions "
        "each at most",
    ]
    return "\n".join(lines)
