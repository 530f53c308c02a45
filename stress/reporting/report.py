# SPDX-License-Identifier: GPL-2.0-only
"""What a campaign says: a first line, each finding, a summary, a last line."""

from collections.abc import Sequence
from pathlib import Path

from harness.search.strategies import PORTFOLIO
from stress.campaign import LOOK_EVERY, Plan, Result
from stress.executions import PRINTED_MAX, Target, model_digest
from stress.findings import Example, Finding, token_file
from stress.inputs import EXECUTIONS
from stress.reporting import headline
from stress.scenarios import SCENARIOS
from stress.shrinking import Size
from stress.system import Exit, shell


def first_line(plan: Plan) -> str:
    """Return what a campaign is about, before it begins."""
    return headline.line("vgic-stress run:", str(plan.target), _identity(plan), _options(plan))


def every_option(plan: Plan, jobs: int) -> str:
    """Return all that a campaign was asked to do, however long that is."""
    words = [
        f"seed={plan.seed:#x}",
        f"revision={plan.target.revision}",
        f"bugs={','.join(plan.target.bugs) or 'none'}",
        *_races(plan),
        f"scenarios={','.join(plan.scenarios) or 'none'}",
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


def _identity(plan: Plan) -> list[str]:
    return [f"seed={plan.seed:#x}", f"model={model_digest()}"]


def _options(plan: Plan) -> list[str]:
    """Return what else was asked for, the most important first."""
    return [
        *_races(plan),
        *([] if plan.execution is None else [f"execution={plan.execution}"]),
        *_scenarios(plan.scenarios),
        *([] if plan.strategy == PORTFOLIO else [f"strategy={plan.strategy}"]),
        *([] if plan.executions == EXECUTIONS else _executions(plan)),
        *_duration(plan),
    ]


def _races(plan: Plan) -> list[str]:
    return ["check=races"] if plan.target.races else []


def _executions(plan: Plan) -> list[str]:
    limited = plan.execution is None and plan.executions is not None
    return [f"executions={plan.executions}"] if limited else []


def _duration(plan: Plan) -> list[str]:
    return [] if plan.duration_s is None else [f"duration={plan.duration_s:.10g}s"]


def _scenarios(names: Sequence[str]) -> list[str]:
    if set(names) == set(SCENARIOS):
        return []
    first, *others = names or ["none"]
    return [f"scenarios={first}+{len(others)}" if others else f"scenarios={first}"]


def replay_command(finding: Finding, target: Target, kept: Path | None) -> str:
    """Return the command that replays a finding.

    A long token is read from the folder in which the finding is kept, if it is.
    """
    texts = [finding.example.token, *finding.example.others]
    tokens = [
        f"@{kept / token_file(number)}" if len(text) > PRINTED_MAX and kept is not None else text
        for number, text in enumerate(texts)
    ]
    return shell.joined(target.replaying(*tokens))


def counted(count: int, what: str) -> str:
    """Return a number of things in words: `1 finding`, `2 findings`."""
    ending = "" if count == 1 else "es" if what.endswith("ch") else "s"
    return f"{count} {what}{ending}"


def finding_text(
    number: int,
    finding: Finding,
    count: int,
    command: str,
    kept: Path | None,
    *,
    first: bool = True,
    drawn: bool,
) -> str:
    """Return what there is to say of one finding.

    Args:
        number: its number in the report, from 1.
        finding: what was found.
        count: how many executions had its symptom.
        command: replays it.
        kept: the folder it is kept in, None if it could not be kept.
        first: no finding before it has the same symptom.
        drawn: draw the execution too.
    """
    example = finding.example
    # The count is the symptom's; who comes second with it has been counted.
    times = "once" if count == 1 else f"{count} times" if first else "again"
    lines = [f"finding {number}: {finding.signature}"]
    if not drawn:
        lines += [f"  {example.failure.message}", *(f"    {x}" for x in example.failure.details)]
    lines += [
        f"  {times}, first like this in execution {finding.execution} of {finding.scenario} "
        f"under {finding.strategy}",
        f"  {shrunk_text(example)}",
    ]
    if drawn:
        lines += ["", example.on_screen, ""]
    where = f"kept in {kept}" if kept is not None else "not kept: its folder cannot be written"
    lines += [f"  {where}", f"  replay: {command}"]
    return "\n".join(lines)


def shrunk_text(example: Example) -> str:
    """Return in one line what shrinking a finding has done."""
    text = shrinking_text(example.before, example.after)
    if not example.replays:
        return f"{text}; not shrunk"
    ended = "" if example.complete else "; the budget ended, so there may be less"
    return f"{text} (in {counted(example.replays, 'replay')}{ended})"


def shrinking_text(before: Size, after: Size) -> str:
    """Return how much there was to understand, and how much is left."""
    return (
        f"{counted(before.choices, 'choice')}, {counted(before.switches, 'switch')} -> "
        f"{counted(after.threads, 'thread')}, {counted(after.preemptions, 'preemption')}"
    )


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


def last_line(code: Exit, plan: Plan, result: Result) -> str:
    """Return the verdict and what it was about."""
    verdict = "SUCCESS" if code is Exit.CLEAN else "FAILURE"
    executions = counted(result.executions, "execution")
    what = {
        Exit.CLEAN: f"no finding in {executions}",
        Exit.FINDINGS: f"{counted(len(result.findings), 'finding')} in {executions}",
        Exit.HARNESS_BUG: "HARNESS BUG",
        Exit.TOO_FEW: "too few to judge",
        Exit.INTERRUPTED: f"interrupted after {executions}",
        Exit.USAGE: "--json cannot be written",
    }[code]
    begin = f"{verdict}: {what} on"
    return headline.line(begin, str(plan.target), _identity(plan), _options(plan))


def verdict_object(code: Exit | None) -> dict[str, object]:
    """Return the verdict for programs: in words, and as the exit code that goes with it.

    Args:
        code: the exit code, None as long as there is no verdict.
    """
    if code is None:
        return {"verdict": "unfinished", "exit": None}
    return {"verdict": code.name.lower().replace("_", " "), "exit": int(code)}


def json_object(
    plan: Plan, result: Result, code: Exit | None, reasons: Sequence[str]
) -> dict[str, object]:
    """Return the result for programs.

    Args:
        plan: what was to be done.
        result: what came of it.
        code: the exit code, None as long as there is no verdict.
        reasons: why there are too few executions to judge, if there are.
    """
    return {
        **verdict_object(code),
        "reasons": list(reasons),
        "harness_bugs": list(result.bugs),
        "model": model_digest(),
        "seed": plan.seed,
        "revision": plan.target.revision,
        "bugs": list(plan.target.bugs),
        "races": plan.target.races,
        "scenarios": list(plan.scenarios),
        "strategy": plan.strategy,
        "asked": {
            "executions": plan.executions if plan.execution is None else None,
            "execution": plan.execution,
            "duration_s": plan.duration_s,
            "stop_at_first": plan.stop_at_first,
            "shrink": plan.shrink_replays,
        },
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
            }
            for finding in result.findings.values()
        ],
    }
