# SPDX-License-Identifier: GPL-2.0-only
"""The command `explore`: every schedule of one small machine, or why not every one.

A limit that was hit is never a pass.
"""

from pathlib import Path

from harness import Execution, HarnessBug, OsThreads
from harness.search.explore import Exploration
from stress.executions import watched
from stress.exploration import (
    Failures,
    Space,
    exploration_values,
    explored,
    headline_of,
    result_text,
    space_values,
)
from stress.reporting import HARNESS_BUG, Writer, verdict
from stress.system import Exit, interrupts, say

_SAY_EVERY = 5_000


def explore(space: Space, json_file: Path | None = None) -> Exit:
    """Explore and say what came of it.

    Args:
        space: what to explore.
        json_file: where to write the result for programs.
    """
    count = 0
    writer = Writer("vgic-stress explore", headline_of(space), json_file)
    writer.so_far(lambda: space_values(space))
    with interrupts() as interrupted, OsThreads() as carriers, watched(carriers):
        failures = Failures(space, carriers)

        def heard(execution: Execution) -> None:
            nonlocal count
            count += 1
            if count % _SAY_EVERY == 0:
                say(f"{count} executions so far")
            failures.heard(execution)

        writer.begin()
        carriers.pin_caller()
        found, bugs = Exploration(preemptions=space.preemptions), []
        try:
            found = explored(space, carriers, heard, interrupted)
        except HarnessBug as bug:
            bugs.append(str(bug))
        values = {**space_values(space), **exploration_values(found)}
        if bugs:
            values["executions"] = count
        values["failures"] = failures.counts(found)
        bugs += failures.say(found, interrupted)
        stopped = interrupted()
        if bugs:
            writer.bugs(bugs)
            values["harness_bugs"] = bugs
        else:
            say(result_text(found, interrupted=stopped))
    ended = HARNESS_BUG if bugs else verdict.of_exploration(found, interrupted=stopped)
    return writer.end(ended, values).code
