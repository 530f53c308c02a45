# SPDX-License-Identifier: GPL-2.0-only
"""Playing a play once: it fails where something is read that was not to be, or nothing comes.

No judge of ours hears of it, as none does on a kernel. What a guest waits for is waited for so long
as the machine goes on; where it does not, or the kernel oopses, that fails it, too; and so does
what is pending or active when all is over.
"""

from harness import Carriers, Strategy
from stress.executions.tracing import traced
from stress.plays import Play, misread
from stress.traces import event_line
from vgic import Mechanism

STEPS_MAX = 60_000
"""Thirty handlers on top of each other leave and enter their guest more often than most."""

_FINAL = "final"


def played(play: Play, kernel: type[Mechanism], strategy: Strategy, carriers: Carriers) -> str:
    """Play a play once; return what is wrong, "" if nothing is.

    Args:
        play: the play.
        kernel: what runs it.
        strategy: decides the schedule.
        carriers: what the threads run on.
    """
    found = traced(play.parameters, kernel, strategy, carriers, judged=False, steps_max=STEPS_MAX)
    if not found.trace.ended:
        return found.why or "it does not come to its end"
    left = [event_line(each) for each in found.trace.events if each.what == _FINAL and each.value]
    bad, _ = misread(play, found.trace)
    return next(iter([*bad, *left]), "")
