# SPDX-License-Identifier: GPL-2.0-only
"""What a campaign was asked for, in words and as values."""

from collections.abc import Sequence

from harness.search.strategies import PORTFOLIO
from stress.campaign import Plan
from stress.executions import Target, model_digest
from stress.inputs import EXECUTIONS, Points
from stress.reporting.headline import Headline
from stress.scenarios import SCENARIOS, SHIPPED
from vgic import JudgedBy


def headline_of(plan: Plan) -> Headline:
    """Return what first and last line of a campaign say of it."""
    identity = [f"seed={plan.seed:#x}", f"model={model_digest()}"]
    return Headline(str(plan.target), identity, _options(plan), joint=" on")


def every_option(plan: Plan, jobs: int) -> str:
    """Return all that a campaign was asked to do, however long that is."""
    words = [
        f"seed={plan.seed:#x}",
        f"revision={plan.target.revision}",
        f"bugs={','.join(plan.target.bugs) or 'none'}",
        *(["check=races"] if plan.target.races else []),
        *(["check=kicks"] if plan.target.kicks else []),
        f"points={plan.target.points}",
        f"judge={plan.target.judge}",
        f"scenarios={','.join(plan.scenarios) or 'none'}",
        *(f"from={each}".replace(" ", ":") for each in SCENARIOS.origins(plan.scenarios)),
        *([] if plan.execution is None else [f"execution={plan.execution}"]),
        f"strategy={plan.strategy}",
        *_executions(plan),
        *_duration(plan),
        f"stop_at_first={plan.stop_at_first}",
        f"shrink={plan.shrink_replays}",
        f"jobs={jobs}",
        f"model={model_digest()}",
    ]
    return " ".join(words)


def _options(plan: Plan) -> list[str]:
    """Return what else was asked for, the most important first."""
    return [
        *checks(plan.target),
        *([] if plan.execution is None else [f"execution={plan.execution}"]),
        *_scenarios(plan.scenarios),
        *([] if plan.strategy == PORTFOLIO else [f"strategy={plan.strategy}"]),
        *([] if plan.executions == EXECUTIONS else _executions(plan)),
        *_duration(plan),
    ]


def checks(target: Target) -> list[str]:
    """Return what is checked, or not, and where it can be interleaved, if not as by default."""
    asked = ["check=kicks"] if target.kicks else []
    if target.races is not target.is_users:
        asked.insert(0, "check=races" if target.races else "no-check=races")
    if target.points is not Points.STANDARD:
        asked.append(f"points={target.points}")
    if target.judge is not JudgedBy.INVARIANTS:
        asked.append(f"judge={target.judge}")
    return asked


def _executions(plan: Plan) -> list[str]:
    limited = plan.execution is None and plan.executions is not None
    return [f"executions={plan.executions}"] if limited else []


def _duration(plan: Plan) -> list[str]:
    return [] if plan.duration_s is None else [f"duration={plan.duration_s:.10g}s"]


def _scenarios(names: Sequence[str]) -> list[str]:
    if set(names) == set(SHIPPED):
        return []
    first, *others = names or ["none"]
    return [f"scenarios={first}+{len(others)}" if others else f"scenarios={first}"]


def asked_values(plan: Plan) -> dict[str, object]:
    """Return what was asked for, for programs."""
    return {
        "model": model_digest(),
        "seed": plan.seed,
        "revision": plan.target.revision,
        "bugs": list(plan.target.bugs),
        "races": plan.target.races,
        "kicks": plan.target.kicks,
        "points": plan.target.points,
        "judge": plan.target.judge,
        "scenarios": list(plan.scenarios),
        "own_scenarios": list(map(str, SCENARIOS.origins(plan.scenarios))),
        "strategy": plan.strategy,
        "asked": {
            "executions": plan.executions if plan.execution is None else None,
            "execution": plan.execution,
            "duration_s": plan.duration_s,
            "stop_at_first": plan.stop_at_first,
            "shrink": plan.shrink_replays,
        },
    }
