# SPDX-License-Identifier: GPL-2.0-only
"""The command `replay`: the same race again, or why not.

Strict first: every deviation where it was recorded, in front of the operation that stood there.
Where the execution diverges it says at which step and how, and then follows the deviations
re-anchored, unless it was asked to be strict. A verdict is given only when every deviation found
its place, so that `git bisect run vgic-stress replay TOKEN` never blames the wrong commit.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from harness import Carriers, HarnessBug, OsThreads
from stress.exits import Exit
from stress.explaining.stepping import step_through
from stress.explaining.story import tell
from stress.following import Followed, follow
from stress.output import bug_text
from stress.report import counted
from stress.silence import watched
from stress.source import model_digest
from stress.subject import Subject
from stress.token import Token
from vgic import V1

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


def replay(
    token: Token, subject: Subject, kernel: type[V1], say: Say, wanted: Wanted, *, strict: bool
) -> Exit:
    """Replay a token and say what came of it.

    Args:
        token: the execution to replay.
        subject: what it is replayed on.
        kernel: the same, as a class.
        say: prints one text.
        wanted: what else to show.
        strict: do not follow the deviations re-anchored.
    """
    say(
        f"vgic-stress replay: {token.signature} ({token.scenario} on {subject}, "
        f"{counted(len(token.deviations), 'deviation')}, model={model_digest()})"
    )
    if token.model != model_digest():
        say(f"the token was made with another model ({token.model}): it may diverge")
    say_patch(token, subject, say)
    try:
        with OsThreads() as carriers, watched(carriers):
            return _judge(token, subject, kernel, carriers, say, wanted, strict=strict)
    except HarnessBug as bug:
        say(bug_text(str(bug)))
        return Exit.HARNESS_BUG


def say_patch(token: Token, subject: Subject, say: Say) -> None:
    """Say if a user's class is not what it was when the token was made."""
    identity = subject.patch_identity()
    if token.patch is None or identity is None:
        return
    if identity[0] != token.patch[0]:
        say(f"it was found on {token.patch[0]}, and this is {identity[0]}: it may diverge")
    elif identity != token.patch:
        say(f"the class {token.patch[0]} has changed since the token was made: it may diverge")


def _judge(
    token: Token,
    subject: Subject,
    kernel: type[V1],
    carriers: Carriers,
    say: Say,
    wanted: Wanted,
    *,
    strict: bool,
) -> Exit:
    followed = follow(token, kernel, carriers, strict=strict)
    say_divergence(token, followed, say, strict=strict)
    failed = followed.failure is not None
    if failed or wanted != Wanted():
        story = tell(token, subject, kernel, carriers)
        if wanted.timeline is not None:
            wanted.timeline.write_text(story.timeline() + "\n", "utf-8")
            say(f"timeline for ui.perfetto.dev: {wanted.timeline}")
        if wanted.read is not None:
            step_through(story.recorded, wanted.read, say)
        elif failed or wanted.view is not None:
            say(story.view(wanted.view or "columns"))
    return _verdict(token, followed, say)


def say_divergence(token: Token, followed: Followed, say: Say, *, strict: bool) -> None:
    """Say where a token could not be followed strictly, and how far it could otherwise."""
    if followed.divergence:
        say(f"diverged {followed.divergence}")
        if not strict:
            count = len(token.deviations)
            say(f"re-anchored: {followed.placed} of {count} deviations found a place")


def _verdict(token: Token, followed: Followed, say: Say) -> Exit:
    execution = followed.execution
    how = "re-anchored" if followed.divergence else "strictly"
    replayed = f"replayed {how}, {execution.steps} steps, digest {execution.digest}"
    failure = followed.failure
    if followed.no_verdict:
        what = f": {failure.signature}" if failure is not None else ""
        say(f"cannot be judged: {followed.no_verdict}{what}; {replayed}")
        return Exit.CANNOT_JUDGE
    if failure is None:
        say(f"passed: {replayed}")
        return Exit.CLEAN
    same = "same digest" if execution.digest == token.digest else "another digest"
    say(f"{failure.signature}\nfailed again: {replayed} ({same})")
    return Exit.FINDINGS
