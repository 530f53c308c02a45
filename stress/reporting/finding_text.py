# SPDX-License-Identifier: GPL-2.0-only
"""A finding as it is printed: what goes wrong, where it was met, and what replays it."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from stress.executions import PRINTED_MAX, Target
from stress.findings import Example, Finding, mended_text, token_file
from stress.shrinking import Size
from stress.system import counted, printed_text, shell

_PRINTED_LINES = 8


def replay_command(finding: Finding, target: Target, kept: Path | None) -> str:
    """Return the command that replays a finding.

    A long token is read from the folder in which the finding is kept, if it is.
    """
    texts = finding.example.tokens
    tokens = [
        f"@{kept / token_file(number)}" if len(text) > PRINTED_MAX and kept is not None else text
        for number, text in enumerate(texts)
    ]
    return shell.joined(target.replaying(*tokens))


def finding_text(
    number: int,
    finding: Finding,
    count: int,
    command: str,
    kept: Path | None,
    *,
    mends: Sequence[str] | None = None,
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
        mends: what mends it and whatever it was also seen as, None if it is alone.
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
    mended = mended_text(example.mends if mends is None else mends)
    if mended:
        lines.append(f"  {mended}")
    if drawn:
        lines += ["", example.on_screen, ""]
    lines += [f"  {line}" for line in printed_text(example.printed, _PRINTED_LINES)]
    where = f"kept in {kept}" if kept is not None else "not kept: its folder cannot be written"
    lines += [f"  {where}", f"  replay: {command}"]
    return "\n".join(lines)


def also_text(
    others: Sequence[Finding], counts: Mapping[str, int], kept: Mapping[str, Path | None]
) -> str:
    """Return how else a finding was seen.

    Args:
        others: what else is mended by what mends it.
        counts: for each symptom, how many executions had it.
        kept: for each of them, by signature, the folder it is kept in; None if there is none.
    """
    lines = []
    for other in others:
        lines.append(
            f"  also seen as {other.signature} ({counts[other.example.symptom]} with its symptom), "
            f"first in execution {other.execution} of {other.scenario}"
        )
        folder = kept.get(other.signature)
        if folder is not None:
            lines.append(f"    kept in {folder}")
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


def example_text(example: Example, where: str, target: Target, notes: Sequence[str]) -> str:
    """Return what there is to say of one finding of a marked test.

    Args:
        example: the finding.
        where: the execution it was found in, and the seed.
        target: what it was found on.
        notes: what else is to be said of it.
    """
    told = [f"{where}, on {target}", shrunk_text(example), mended_text(example.mends), *notes]
    lines = [
        example.identity,
        *(f"  {line}" for line in told if line),
        "",
        example.columns,
        *printed_text(example.printed, _PRINTED_LINES),
    ]
    return "\n".join(lines)
