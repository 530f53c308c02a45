# SPDX-License-Identifier: GPL-2.0-only
"""Replay: the same race again, or why not.

The one judgement of tokens. The command `replay`, and `git bisect` with it, a marked test under
`--vgic-replay` and the test file of a finding all come here, so that they cannot differ.

Strict first: every deviation where it was recorded, in front of the operation that stood there.
Where the execution diverges it says at which step and how, and then follows the deviations
re-anchored, unless it was asked to be strict; it says of each before what it stands now, if that is
another operation. A verdict is given only when every deviation found its place, so that
`git bisect run vgic-stress replay TOKEN` never blames the wrong commit.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from harness import Carriers, HarnessBug, OsThreads
from harness.schedule import LenientReplay
from stress.executions import Followed, Token, fault_of, follow, model_digest, traced, watched
from stress.explaining import before, explain, step_through
from stress.replaying.opening import Case
from stress.replaying.together import judge_together
from stress.reporting import Headline, Verdict, verdict
from stress.system import Exit, bug_text, counted, output, printed_text
from stress.traces import machine_line, print_trace

Say = Callable[[str], None]


@dataclass(frozen=True)
class Wanted:
    """What is wanted of a replay beside its verdict.

    Attributes:
        view: the name of a view, None for the usual one of an execution that fails.
        timeline: the file to write the timeline to, if any.
        trace: the file to write the trace to, if any.
        read: where commands for stepping through come from, None not to step.
        stacks: print the stacks of all threads, should an execution hang in a user's class.
    """

    view: str | None = None
    timeline: Path | None = None
    trace: Path | None = None
    read: Callable[[], str | None] | None = None
    stacks: bool = False


USUAL = Wanted()

_MOVED_MAX = 8
"""Of so many deviations it is said where they stand now."""


def replay(
    cases: Sequence[Case],
    say: Say,
    wanted: Wanted = USUAL,
    *,
    strict: bool = False,
    last_words: Say = output.say,
    at_fault: Exit = Exit.CANNOT_JUDGE,
    survives: bool = False,
) -> Exit:
    """Replay a token, or several of one finding, and say what came of it.

    Args:
        cases: each token and what it is replayed on.
        say: prints one text.
        wanted: what else to show of a single token.
        strict: do not follow the deviations of a single token re-anchored.
        last_words: prints why the process ends, should an execution hang.
        at_fault: how the process ends if it hangs in a user's class.
        survives: raise what hangs in place of ending the process.

    Returns:
        CLEAN, FINDINGS, CANNOT_JUDGE or HARNESS_BUG.

    Raises:
        Hung: an execution hangs, and the process is to survive that.
    """

    def judge(carriers: OsThreads) -> Verdict:
        if len(cases) > 1:
            return judge_together(cases, carriers, say)
        return _judge(cases[0], carriers, say, wanted, strict=strict)

    stacks = wanted.stacks
    return judged(
        "replay", cases, say, judge, last_words, at_fault, stacks=stacks, survives=survives
    )


def judged(
    command: str,
    cases: Sequence[Case],
    say: Say,
    judge: Callable[[OsThreads], Verdict],
    last_words: Say = output.say,
    at_fault: Exit = Exit.CANNOT_JUDGE,
    *,
    stacks: bool = False,
    survives: bool = False,
) -> Exit:
    """Say what is judged, judge it, and say the verdict.

    Args:
        command: `replay` or `shrink`.
        cases: each token and what it is replayed on.
        say: prints one text.
        judge: judges on some carriers; it may raise a HarnessBug.
        last_words: prints why the process ends, should an execution hang.
        at_fault: how the process ends if it hangs in a user's class.
        stacks: print the stacks of all threads then, too.
        survives: raise what hangs in place of ending the process.
    """
    say(_first_line(f"vgic-stress {command}:", cases))
    say(f"found as: {cases[0].token.signature}")
    _say_differences(cases, say)
    try:
        with (
            OsThreads() as carriers,
            watched(carriers, last_words, at_fault=at_fault, stacks=stacks, survives=survives),
        ):
            ended = judge(carriers)
    except HarnessBug as bug:
        fault = fault_of(bug, cases[0].target)
        say(fault or bug_text(str(bug)))
        return Exit.CANNOT_JUDGE if fault else Exit.HARNESS_BUG
    say(ended.words)
    return ended.code


def _first_line(begin: str, cases: Sequence[Case]) -> str:
    """Return what is replayed, on what, and by which model."""
    token, target = cases[0].token, cases[0].target
    model = f"model={model_digest()}"
    if len(cases) > 1:
        return Headline(f"{len(cases)} executions on {target}", [model]).line(begin)
    deviations = counted(len(token.deviations), "deviation")
    return Headline(f"{token.scenario} on {target}", [model], [f"{deviations},"]).line(begin)


def _say_differences(cases: Sequence[Case], say: Say) -> None:
    """Say what is not as it was when the tokens were made: the model, or a user's class."""
    texts = [text for case in cases for text in (_other_model(case), _other_patch(case)) if text]
    for text in dict.fromkeys(texts):
        say(text)


def _other_model(case: Case) -> str:
    model = case.token.model
    if model == model_digest():
        return ""
    return f"the token was made with another model ({model}): it may diverge"


def _other_patch(case: Case) -> str:
    patch, identity = case.token.patch, case.target.patch_identity()
    if patch is None or identity is None or identity == patch:
        return ""
    if identity[0] != patch[0]:
        return f"it was found on {patch[0]}, and this is {identity[0]}: it may diverge"
    return f"the class {patch[0]} has changed since the token was made: it may diverge"


def _judge(case: Case, carriers: Carriers, say: Say, wanted: Wanted, *, strict: bool) -> Verdict:
    followed = follow(case.token, case.target, carriers, strict=strict)
    say_divergence(case, followed, say, strict=strict)
    failed, unwritten = followed.failure is not None, []
    if failed or wanted != USUAL:
        token = replace(case.token, deviations=followed.schedule)
        story = explain(token, case.target, carriers)
        if wanted.timeline is not None:
            why = output.write(wanted.timeline, story.timeline(), "--timeline")
            say(why or f"timeline for ui.perfetto.dev: {wanted.timeline}")
            unwritten += ["--timeline"] if why else []
        if wanted.trace is not None:
            why = _write_trace(wanted.trace, token, case, carriers)
            say(why or f"what its guests did and saw: {wanted.trace}")
            unwritten += ["--trace"] if why else []
        if wanted.read is not None:
            step_through(story.recorded, wanted.read, say, output.width())
        elif failed or wanted.view is not None:
            say(story.view(wanted.view or "columns", output.width()))
    if followed.printed:
        say("\n".join(printed_text(followed.printed)))
    ended = verdict.of_replay(followed, case.token)
    return replace(ended, code=ended.without(unwritten[0]).code) if unwritten else ended


def _write_trace(path: Path, token: Token, case: Case, carriers: Carriers) -> str:
    """Write the trace of an execution; return why it could not be, "" if it could."""
    schedule = LenientReplay(token.deviations)
    found = traced(token.parameters, case.target.kernel, schedule, carriers)
    text = print_trace(found.trace, found.why, machine_line(token.parameters))
    return output.write(path, text.rstrip("\n"), "--trace")


def say_divergence(case: Case, followed: Followed, say: Say, *, strict: bool = False) -> None:
    """Say where a token could not be followed strictly, and how far it could otherwise."""
    if not followed.divergence:
        return
    say(f"diverged {followed.divergence}")
    if strict:
        return
    count = len(case.token.deviations)
    say(f"re-anchored: {len(followed.schedule)} of {count} deviations found a place")
    for moved in followed.moved[:_MOVED_MAX]:
        was, now = moved.was, moved.now
        if was.label is not None and now.label is not None:
            say(
                f"  {now.role} gives way to {now.to} {before(now.label)}; "
                f"it was {before(was.label)}, which is not there"
            )
    if len(followed.moved) > _MOVED_MAX:
        say(f"  and {len(followed.moved) - _MOVED_MAX} more stand elsewhere than they did")
