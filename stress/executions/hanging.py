# SPDX-License-Identifier: GPL-2.0-only
"""Hanging: an execution that takes no step for long is in code without a scheduling point.

Nothing ends that from inside, since the thread that holds the baton never comes to pass it on. A
campaign watches its workers; what is run in this process itself is watched from here.
"""

import faulthandler
import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from harness import OsThreads
from harness.engine import SIGNS
from stress.inputs import arguments
from stress.scenarios import of_scenarios
from stress.system import GONE, Exit, confined, end_at_once, own_code_under_way, say

_LOOK_EVERY_S = 0.25


def hangs_text(who: str, hang_s: float, place: str, line: str = "") -> str:
    """Say that something hangs, and what code hangs like that.

    Args:
        who: what hangs.
        hang_s: for how many seconds nothing has moved.
        place: where it was last seen.
        line: the line of the user's own that it is in, "" if it is in none.
    """
    if line and of_scenarios([line]):
        return f"{line} has not come to its end for {hang_s:.0f} s: it only draws, and returns"
    if line:
        return (
            f"blocks outside the harness at {line}: no step for {hang_s:.0f} s {place}; the class "
            "under test loops there or waits for what the harness does not know: locks and waits "
            "are those of `harness`, and a loop that spins says so with `cpu_relax`"
        )
    return (
        f"{who} hangs: no step for {hang_s:.0f} s {place}; "
        "code that loops without a scheduling point does this"
    )


@contextmanager
def watched(
    carriers: OsThreads,
    last_words: Callable[[str], None] = say,
    *,
    at_fault: Exit = Exit.CANNOT_JUDGE,
    stacks: bool = False,
) -> Iterator[None]:
    """End the process, and say where it was, if an execution hangs in this context.

    Code under test is confined in it as it is in a worker (stress/system/confining.py). Who lets it
    hang for ever has a debugger there, which is to be seen on the terminal.

    Args:
        carriers: what the executions run on.
        last_words: prints why the process ends.
        at_fault: the exit code if it hangs in a line of the user's own, or closes our descriptors.
        stacks: print the stacks of all threads then, too.

    Raises:
        BadArgument: the environment names a time that is none.
    """
    hang_s = arguments.hang_s()
    over = threading.Event()

    def look() -> None:
        seen, since = (-1, -1, -1), time.monotonic()
        while not over.wait(_LOOK_EVERY_S):
            # Small executions may be at the same step at each look.
            place = carriers.executions, carriers.steps, SIGNS.analysed
            now, own = time.monotonic(), own_code_under_way()
            if place != seen or not (carriers.running or own):
                seen, since = place, now
            elif now - since > hang_s:
                line = own or carriers.place
                text = hangs_text("an execution", hang_s, f"at step {carriers.steps}", line)
                last_words(text if line else f"HARNESS BUG: {text}")
                try:
                    if stacks or not line:
                        faulthandler.dump_traceback(all_threads=True)
                finally:
                    end_at_once(at_fault if line else Exit.HARNESS_BUG)

    def descriptors_gone() -> None:
        last_words(GONE)
        end_at_once(at_fault)

    threading.Thread(target=look, name="hanging", daemon=True).start()
    try:
        with confined(carriers, descriptors_gone, keeps_prints=hang_s < math.inf):
            yield
    finally:
        over.set()
