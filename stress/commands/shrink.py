# SPDX-License-Identifier: GPL-2.0-only
"""The command `shrink`: the least that still fails as a token does."""

from harness import Carriers, HarnessBug, OsThreads
from stress.executions import follow, labelled, watched
from stress.explaining import tell
from stress.replaying import Case, Say, first_line, say_differences, say_divergence
from stress.reporting import counted, shrinking_text
from stress.shrinking import STEPS_A_REPLAY, Shrunk, shrink
from stress.system import Exit, Interrupts, bug_text, interrupts, output


def shrink_token(case: Case, say: Say, *, replays_max: int) -> Exit:
    """Shrink a token and say what came of it.

    Args:
        case: the execution to shrink, and what it fails on.
        say: prints one text.
        replays_max: at most so many executions.
    """
    with interrupts() as interrupted, OsThreads() as carriers, watched(carriers):
        say(first_line("vgic-stress shrink:", [case]))
        say(f"found as: {case.token.signature}")
        say_differences([case], say)
        try:
            return _shrink(case, carriers, say, replays_max, interrupted)
        except HarnessBug as bug:
            say(bug_text(str(bug)))
            return Exit.HARNESS_BUG


def _shrink(
    case: Case, carriers: Carriers, say: Say, replays_max: int, interrupted: Interrupts
) -> Exit:
    target = case.target
    followed = follow(case.token, target, carriers)
    say_divergence(case, followed, say)
    if followed.no_verdict:
        say(f"cannot be judged: {followed.no_verdict}")
        return Exit.CANNOT_JUDGE
    if followed.failure is None:
        say("it does not fail, so there is nothing to shrink")
        return Exit.CLEAN
    here = labelled(case.token, followed.execution, target, carriers)
    shrunk = shrink(here, target, carriers, replays_max=replays_max, interrupted=interrupted)
    stopped = interrupted()
    say(tell(shrunk.token, target, carriers).columns(output.width()))
    say(_ended(shrunk, stopped=stopped, replays_max=replays_max))
    say(shrunk.token.encode())
    return Exit.FINDINGS


def _ended(shrunk: Shrunk, *, stopped: bool, replays_max: int) -> str:
    text = f"{shrinking_text(shrunk.before, shrunk.after)} in {counted(shrunk.replays, 'replay')}"
    if shrunk.complete:
        return f"{text}: nothing simpler fails alike"
    if stopped:
        why = "interrupted"
    elif shrunk.replays >= replays_max:
        why = f"the budget of {replays_max} replays ended"
    else:
        steps = replays_max * STEPS_A_REPLAY
        why = f"the budget of {replays_max} replays ended early, at {steps} steps"
    return f"{text}: {why}, so this is the simplest so far"
