# SPDX-License-Identifier: GPL-2.0-only
"""The command `shrink`: the least that still fails as a token does."""

from harness import Carriers
from stress.executions import follow, labelled
from stress.explaining import explain
from stress.replaying import Case, Say, judged, say_divergence
from stress.reporting import Verdict, not_judged, shrinking_text
from stress.shrinking import STEPS_A_REPLAY, Shrunk, shrink
from stress.system import Exit, Interrupts, counted, interrupts, output


def shrink_token(case: Case, say: Say, *, replays_max: int) -> Exit:
    """Shrink a token and say what came of it.

    Args:
        case: the execution to shrink, and what it fails on.
        say: prints one text.
        replays_max: at most so many executions.
    """
    with interrupts() as interrupted:
        return judged(
            "shrink",
            [case],
            say,
            lambda carriers: _shrink(case, carriers, say, replays_max, interrupted),
        )


def _shrink(
    case: Case, carriers: Carriers, say: Say, replays_max: int, interrupted: Interrupts
) -> Verdict:
    target = case.target
    followed = follow(case.token, target, carriers)
    say_divergence(case, followed, say)
    if followed.no_verdict:
        return not_judged(followed.no_verdict)
    if followed.failure is None:
        return Verdict(Exit.CLEAN, "it does not fail, so there is nothing to shrink")
    here = labelled(case.token, followed.execution, target, carriers)
    shrunk = shrink(here, target, carriers, replays_max=replays_max, interrupted=interrupted)
    stopped = interrupted()
    say(explain(shrunk.token, target, carriers).columns(output.width()))
    say(_ended(shrunk, stopped=stopped, replays_max=replays_max))
    return Verdict(Exit.FINDINGS, shrunk.token.encode())


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
