# SPDX-License-Identifier: GPL-2.0-only
"""What a campaign says: a first line, each finding, a summary, a last line.

First and last line carry the seed, the parameters and the digest of the model's source, so that
a log that was cut at either end still says what it was, and a seed that has died with an edit of
the model can be told from one that is clean.
"""

import shlex
from collections.abc import Sequence
from pathlib import Path

from stress.campaign import Finding, Plan, Result
from stress.exits import Exit
from stress.source import model_digest
from stress.subject import Subject
from stress.token import PRINTED_MAX

TOKENS = Path("vgic-stress-findings")


def headline(plan: Plan, jobs: int) -> str:
    """Return what a campaign is about, for its first and last line."""
    words = [
        f"seed={plan.seed:#x}",
        f"revision={plan.subject.revision}",
        f"bugs={','.join(plan.subject.bugs) or 'none'}",
        f"scenarios={','.join(plan.scenarios) or 'none'}",
        f"strategy={plan.strategy}",
    ]
    if plan.execution is None:
        words.append(f"executions={plan.executions}")
    else:
        words.append(f"execution={plan.execution}")
    if plan.duration_s is not None:
        words.append(f"duration={plan.duration_s:g}s")
    return " ".join([*words, f"jobs={jobs}", f"model={model_digest()}"])


def replay_command(finding: Finding, subject: Subject, directory: Path = TOKENS) -> str:
    """Return the command that replays a finding.

    A long token goes into a file. A user's class is named, since a token does not carry it.
    """
    words = ["vgic-stress", "replay", _token_argument(finding.example.token, directory)]
    if subject.patch is not None:
        words += ["--revision", subject.revision]
        words += [word for bug in subject.bugs for word in ("--bug", bug)]
    return shlex.join(words)


def _token_argument(token: str, directory: Path) -> str:
    if len(token) <= PRINTED_MAX:
        return token
    try:
        return f"@{_kept(token, directory)}"
    except OSError:  # nowhere to write: rather a long line than a lost finding
        return token


def _kept(token: str, directory: Path) -> Path:
    """Keep a token in a file of its own; another session's file is never written over."""
    directory.mkdir(parents=True, exist_ok=True)
    number = 0
    while True:
        path = directory / f"{token[-16:].replace('-', 'x')}{f'-{number}' if number else ''}.token"
        try:
            with path.open("x", encoding="ascii") as file:
                file.write(token + "\n")
        except FileExistsError:
            if path.read_text(encoding="ascii").strip() == token:
                return path
            number += 1
        else:
            return path


def counted(count: int, what: str) -> str:
    """Return a number of things in words: `1 finding`, `2 findings`."""
    return f"{count} {what}{'s' if count != 1 else ''}"


def finding_text(number: int, finding: Finding, command: str) -> str:
    """Return what there is to say of one finding."""
    example = finding.example
    times = "once" if finding.count == 1 else f"{finding.count} times"
    lines = [
        f"finding {number}: {finding.signature}",
        f"  {example.failure.message}",
        *(f"    {line}" for line in example.failure.details),
        f"  {times}, first in execution {finding.execution} of {finding.scenario} under "
        f"{finding.strategy}",
        f"  {counted(example.deviations, 'deviation')} from the quiet default; replayed on OS "
        "threads, same digest",
        f"  replay: {command}",
    ]
    return "\n".join(lines)


def summary_text(result: Result) -> str:
    """Return what was run, and the windows it went through."""
    rate = result.executions / result.seconds if result.seconds else 0.0
    lines = [
        f"{result.executions} executions, {result.steps} steps, {result.seconds:.1f} s, "
        f"{rate:.0f} executions/s"
    ]
    if result.windows:
        width = max(len(window) for window in result.windows)
        lines.append("windows crossed, in executions:")
        lines += [
            f"  {window:<{width}}  {count:>7}  {100 * count / result.executions:5.1f} %"
            for window, count in sorted(result.windows.items())
        ]
    return "\n".join(lines)


def last_line(
    code: Exit, plan: Plan, jobs: int, result: Result, reasons: Sequence[str], command: str
) -> str:
    """Return the verdict, what it was about, and how to replay the first finding."""
    verdict = "SUCCESS" if code is Exit.CLEAN else "FAILURE"
    what = {
        Exit.CLEAN: f"no finding in {result.executions} executions",
        Exit.FINDINGS: f"{counted(len(result.findings), 'finding')} in "
        f"{result.executions} executions",
        Exit.HARNESS_BUG: "HARNESS BUG",
        Exit.TOO_FEW: f"too few to judge: {reasons[0] if reasons else ''}",
        Exit.INTERRUPTED: f"interrupted after {result.executions} executions",
    }[code]
    line = f"{verdict}: {what} ({headline(plan, jobs)})"
    return f"{line} replay: {command}" if command else line


def json_object(plan: Plan, result: Result) -> dict[str, object]:
    """Return the result for programs."""
    return {
        "seed": plan.seed,
        "revision": plan.subject.revision,
        "bugs": list(plan.subject.bugs),
        "strategy": plan.strategy,
        "executions": result.executions,
        "steps": result.steps,
        "seconds": round(result.seconds, 3),
        "windows": dict(sorted(result.windows.items())),
        "findings": [
            {
                "signature": finding.signature,
                "kind": finding.example.failure.kind,
                "scenario": finding.scenario,
                "execution": finding.execution,
                "count": finding.count,
                "token": finding.example.token,
            }
            for finding in result.findings.values()
        ],
    }
