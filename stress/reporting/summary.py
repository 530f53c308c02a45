# SPDX-License-Identifier: GPL-2.0-only
"""What came of a campaign, in words and as values."""

from collections.abc import Sequence

from stress.campaign import Plan, Result
from stress.jobs import LOOK_EVERY
from stress.reporting.asked import asked_values
from stress.system import counted


def summary_text(result: Result) -> str:
    """Return what was run, and the windows it went through."""
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
    return "\n".join(lines)


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
                "printed": list(finding.example.printed),
            }
            for finding in result.findings.values()
        ],
    }
