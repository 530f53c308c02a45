# SPDX-License-Identifier: GPL-2.0-only
"""The command `shrink`: the least that still fails as a token does."""

from harness import Carriers, HarnessBug, OsThreads
from stress.exits import Exit
from stress.explaining.story import tell
from stress.following import follow
from stress.interrupts import Interrupts, interrupts
from stress.output import bug_text
from stress.replaying import Say, say_divergence, say_patch
from stress.report import counted, shrinking_text
from stress.shrinking import Shrunk, shrink
from stress.silence import watched
from stress.single import labelled
from stress.subject import Subject
from stress.token import Token
from vgic import V1


def shrink_token(
    token: Token, subject: Subject, kernel: type[V1], say: Say, *, replays_max: int
) -> Exit:
    """Shrink a token and say what came of it.

    Args:
        token: the execution to shrink.
        subject: what it fails on.
        kernel: the same, as a class.
        say: prints one text.
        replays_max: at most so many executions.
    """
    with interrupts() as interrupted, OsThreads() as carriers, watched(carriers):
        say(f"vgic-stress shrink: {token.signature} ({token.scenario} on {subject})")
        say_patch(token, subject, say)
        try:
            return _shrink(token, subject, kernel, carriers, say, replays_max, interrupted)
        except HarnessBug as bug:
            say(bug_text(str(bug)))
            return Exit.HARNESS_BUG


def _shrink(
    token: Token,
    subject: Subject,
    kernel: type[V1],
    carriers: Carriers,
    say: Say,
    replays_max: int,
    interrupted: Interrupts,
) -> Exit:
    followed = follow(token, kernel, carriers)
    say_divergence(token, followed, say, strict=False)
    if followed.no_verdict:
        say(f"cannot be judged: {followed.no_verdict}")
        return Exit.CANNOT_JUDGE
    if followed.failure is None:
        say("it does not fail, so there is nothing to shrink")
        return Exit.CLEAN
    here = labelled(token, followed.execution, subject, kernel, carriers)
    shrunk = shrink(here, kernel, carriers, replays_max=replays_max, interrupted=interrupted)
    stopped = interrupted()
    say(tell(shrunk.token, subject, kernel, carriers).columns())
    say(_ended(shrunk, stopped=stopped, replays_max=replays_max))
    say(shrunk.token.encode())
    return Exit.FINDINGS


def _ended(shrunk: Shrunk, *, stopped: bool, replays_max: int) -> str:
    text = f"{shrinking_text(shrunk.before, shrunk.after)} in {counted(shrunk.replays, 'replay')}"
    if shrunk.complete:
        return f"{text}: nothing simpler fails alike"
    why = "interrupted" if stopped else f"the budget of {replays_max} replays ended"
    return f"{text}: {why}, so this is the simplest so far"
