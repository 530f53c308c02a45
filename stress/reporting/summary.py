# SPDX-License-Identifier: GPL-2.0-only
"""What came of a campaign, in words and as values."""

from collections.abc import Sequence

from stress.campaign import Plan, Result, towards
from stress.jobs import LOOK_EVERY
from stress.reporting.asked import asked_values
from stress.scenarios import SCENARIOS
from stress.system import counted
from vgic.judging import WINDOWS, steps_of


def summary_text(plan: Plan, result: Result) -> str:
    """Return what was run, and the windows it went through.

    Of those that the scenarios are there for it is said, too, how far they came towards one that
    was not crossed.
    """
    rate = result.executions / result.seconds if result.seconds else 0.0
    lines = [
        f"{counted(result.executions, 'execution')}, {result.steps} steps, {result.seconds:.1f} s, "
        f"{rate:.0f} executions/s"
    ]
    lines += seen_text(result)
    if result.windows:
        width = max(len(window) for window in result.windows)
        lines.append("windows crossed, in executions:")
        lines += [
            f"  {window:<{width}}  {count:>7}  {100 * count / result.executions:5.1f} %"
            for window, count in sorted(result.windows.items())
        ]
    lines += (
        _never_crossed(result)
        if plan.target.judge.invariants
        else ["no windows: it is the judges of invariants that note them"]
    )
    if result.never_called:
        lines.append(f"overrides that were never called: {', '.join(result.never_called)}")
    return "\n".join(lines)


def _never_crossed(result: Result) -> list[str]:
    ran = {scenario for scenario, _ in result.runs}
    wanted = {w for s in ran if s in SCENARIOS for w in SCENARIOS[s].floors.rates}
    return [
        f"  {window} was never crossed: {towards(result, window)}"
        for window in sorted(wanted)
        if not result.windows[window]
    ]


def seen_text(result: Result) -> list[str]:
    """Return how much was seen: of each strategy what it can reach itself, and of all together."""
    if not result.seen_by_all.executions:
        return []
    rows = [*sorted(result.seen.items()), ("together", result.seen_by_all)]
    width = max(len(name) for name, _ in rows)
    lines = [f"behaviours, in one execution of {LOOK_EVERY} that was looked at:"]
    lines += [
        f"  {name:<{width}}  {seen.distinct:>6} different in {seen.executions:>6}; "
        f"the next shows something new with a chance of {100 * seen.unseen:.0f} %"
        for name, seen in rows
    ]
    growth = " ".join(f"{distinct}/{looked}" for looked, distinct in result.seen_by_all.growth)
    return [*lines, f"  grew as {growth}"]


def campaign_values(plan: Plan, result: Result, reasons: Sequence[str] = ()) -> dict[str, object]:
    """Return a campaign for programs, but for its verdict.

    Args:
        plan: what was to be done.
        result: what came of it.
        reasons: why there are too few executions to judge, if there are.
    """
    return {
        "reasons": list(reasons),
        "harness_bugs": list(result.bugs),
        "faults": list(result.faults),
        **asked_values(plan),
        "executions": result.executions,
        "compared": result.compared,
        "steps": result.steps,
        "seconds": round(result.seconds, 3),
        "windows": dict(sorted(result.windows.items())),
        "progress": _progress(result),
        "overrides": {name: name in result.called for name in result.overrides},
        "behaviours": {
            name: {
                "executions": seen.executions,
                "distinct": seen.distinct,
                "unseen": round(seen.unseen, 6),
                "growth": [list(point) for point in seen.growth],
            }
            for name, seen in [*sorted(result.seen.items()), ("together", result.seen_by_all)]
        },
        "findings": [
            {
                "signature": finding.signature,
                "kind": finding.example.failure.kind,
                "scenario": finding.scenario,
                "execution": finding.execution,
                "count": result.failures[finding.example.symptom],
                "token": finding.example.token,
                "original": finding.example.original,
                "with": list(finding.example.others),
                "mended_by": list(result.mends(finding)),
                "also_seen_as": [
                    {
                        "signature": other.signature,
                        "kind": other.example.failure.kind,
                        "scenario": other.scenario,
                        "execution": other.execution,
                        "count": result.failures[other.example.symptom],
                        "token": other.example.token,
                    }
                    for other in result.also.get(finding.signature, [])
                ],
                "printed": list(finding.example.printed),
            }
            for finding in result.findings.values()
        ],
    }


def _progress(result: Result) -> dict[str, object]:
    """Return for each window its steps, how many were reached at most, and how often so many."""
    values: dict[str, object] = {}
    for window in sorted(WINDOWS):
        reached, executions = result.best_progress(window)
        steps = list(steps_of(window))
        values[window] = {"steps": steps, "reached": reached, "executions": executions}
    return values
