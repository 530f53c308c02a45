# SPDX-License-Identifier: GPL-2.0-only
"""Replay: the same race again, or why not.

The one judgement of tokens. The command `replay`, and `git bisect` with it, a marked test under
`--vgic-replay` and the test file of a finding all come here, so that they cannot differ.

Strict first: every deviation where it was recorded, in front of the operation that stood there.
Where the execution diverges it says at which step and how, and then follows the deviations
re-anchored, unless it was asked to be strict. A verdict is given only when every deviation found
its place, so that `git bisect run vgic-stress replay TOKEN` never blames the wrong commit.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness import Carriers, HarnessBug, OsThreads
from stress.executions import Followed, follow, model_digest, watched
from stress.explaining import step_through, tell
from stress.replaying.opening import Case
from stress.replaying.together import judge_together
from stress.reporting import counted, headline
from stress.system import Exit, bug_text, output
from stress.system import exit_codes as exits

Say = Callable[[str], None]


@dataclass(frozen=True)
class Wanted:
    """What is wanted of a replay beside its verdict.

    Attributes:
        view: the name of a view, None for the usual one of an execution that fails.
        timeline: the file to write the timeline to, if any.
        read: where commands for stepping through come from, None not to step.
    """

    view: str | None = None
    timeline: Path | None = None
    read: Callable[[], str | None] | None = None


USUAL = Wanted()


def replay(
    cases: Sequence[Case],
    say: Say,
    wanted: Wanted = USUAL,
    *,
    strict: bool = False,
    last_words: Say = output.say,
) -> Exit:
    """Replay a token, or several of one finding, and say what came of it.

    Args:
        cases: each token and what it is replayed on.
        say: prints one text.
        wanted: what else to show of a single token.
        strict: do not follow the deviations of a single token re-anchored.
        last_words: prints why the process ends, should an execution hang.

    Returns:
        CLEAN, FINDINGS, CANNOT_JUDGE or HARNESS_BUG.
    """
    say(first_line("vgic-stress replay:", cases))
    say(f"found as: {cases[0].token.signature}")
    say_differences(cases, say)
    try:
        with OsThreads() as carriers, watched(carriers, last_words):
            if len(cases) > 1:
                return judge_together(cases, carriers, say)
            return _judge(cases[0], carriers, say, wanted, strict=strict)
    except HarnessBug as bug:
        say(bug_text(str(bug)))
        return Exit.HARNESS_BUG


def first_line(begin: str, cases: Sequence[Case]) -> str:
    """Return what is replayed, on what, and by which model."""
    token, subject = cases[0].token, cases[0].subject
    model = f"model={model_digest()}"
    if len(cases) > 1:
        return headline.line(begin, f"{len(cases)} executions on {subject}", [model])
    deviations = counted(len(token.deviations), "deviation")
    return headline.line(begin, f"{token.scenario} on {subject}", [model], [f"{deviations},"])


def say_differences(cases: Sequence[Case], say: Say) -> None:
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
    patch, identity = case.token.patch, case.subject.patch_identity()
    if patch is None or identity is None or identity == patch:
        return ""
    if identity[0] != patch[0]:
        return f"it was found on {patch[0]}, and this is {identity[0]}: it may diverge"
    return f"the class {patch[0]} has changed since the token was made: it may diverge"


def _judge(case: Case, carriers: Carriers, say: Say, wanted: Wanted, *, strict: bool) -> Exit:
    followed = follow(case.token, case.kernel, carriers, strict=strict)
    say_divergence(case, followed, say, strict=strict)
    failed, unwritten = followed.failure is not None, ""
    if failed or wanted != USUAL:
        story = tell(case.token, case.subject, case.kernel, carriers)
        if wanted.timeline is not None:
            unwritten = output.write(wanted.timeline, story.timeline(), "--timeline")
            say(unwritten or f"timeline for ui.perfetto.dev: {wanted.timeline}")
        if wanted.read is not None:
            step_through(story.recorded, wanted.read, say, output.width())
        elif failed or wanted.view is not None:
            say(story.view(wanted.view or "columns", output.width()))
    code = _verdict(case, followed, say)
    return exits.unwritten(code) if unwritten else code


def say_divergence(case: Case, followed: Followed, say: Say, *, strict: bool = False) -> None:
    """Say where a token could not be followed strictly, and how far it could otherwise."""
    if followed.divergence:
        say(f"diverged {followed.divergence}")
        if not strict:
            count = len(case.token.deviations)
            say(f"re-anchored: {followed.placed} of {count} deviations found a place")


def _verdict(case: Case, followed: Followed, say: Say) -> Exit:
    execution = followed.execution
    how = "re-anchored" if followed.divergence else "strictly"
    replayed = f"replayed {how}, {execution.steps} steps, digest {execution.digest}"
    failure = followed.failure
    if followed.no_verdict:
        what = f": {failure.signature}" if failure is not None else ""
        say(f"{replayed}{what}\ncannot be judged: {followed.no_verdict}")
        return Exit.CANNOT_JUDGE
    if failure is None:
        say(f"passed: {replayed}")
        return Exit.CLEAN
    same = "same digest" if execution.digest == case.token.digest else "another digest"
    say(f"{failure.signature}\nfailed again: {replayed} ({same})")
    return Exit.FINDINGS
