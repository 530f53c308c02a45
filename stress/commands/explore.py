# SPDX-License-Identifier: GPL-2.0-only
"""The command `explore`: every schedule of one small machine, or why not every one.

A limit that was hit is never a pass.
"""

from pathlib import Path

from harness import Execution, HarnessBug, OsThreads
from harness.search.explore import Exploration
from stress.executions import fault_of, watched
from stress.exploration import (
    Failures,
    exploration_values,
    headline_of,
    result_text,
    space_values,
)
from stress.reporting import HARNESS_BUG, Writer, at_fault, verdict
from stress.spaces import Space, explored
from stress.system import Exit, interrupts, logs, say

_SAY_EVERY = 5_000


def explore(space: Space, json_file: Path | None = None, *, stacks: bool = False) -> Exit:
    """Explore and say what came of it.

    Args:
        space: what to explore.
        json_file: where to write the result for programs.
        stacks: print the stacks of all threads if an execution hangs in a user's class.
    """
    count = 0
    writer = Writer("vgic-stress explore", headline_of(space), json_file)
    writer.so_far(lambda: space_values(space))
    with (
        interrupts() as interrupted,
        OsThreads() as carriers,
        watched(carriers, at_fault=Exit.FINDINGS, stacks=stacks),
    ):
        failures = Failures(space, carriers)

        def heard(execution: Execution) -> None:
            nonlocal count
            count += 1
            if count % _SAY_EVERY == 0:
                say(f"{count} executions so far")
                logs.debug(f"{count} executions so far")
            failures.heard(execution)

        writer.begin()
        carriers.pin_caller()
        found = Exploration(preemptions=space.preemptions)
        wrong: list[HarnessBug] = []
        try:
            found = explored(space, carriers, heard, interrupted)
        except HarnessBug as bug:
            wrong.append(bug)
        values = {**space_values(space), **exploration_values(found)}
        if wrong:
            values["executions"] = count
        values["failures"] = failures.counts(found)
        wrong += failures.say(found, interrupted)
        stopped = interrupted()
        faults = [fault for bug in wrong if (fault := fault_of(bug, space.target))]
        bugs = [str(bug) for bug in wrong if not fault_of(bug, space.target)]
        if wrong:
            for fault in faults:
                logs.warning(fault)
                say(fault)
            writer.bugs(bugs)
            values |= {"faults": faults, "harness_bugs": bugs}
        else:
            say(result_text(found, interrupted=stopped))
    if bugs:
        ended = HARNESS_BUG
    elif faults:
        ended = at_fault(faults)
    else:
        ended = verdict.of_exploration(found, interrupted=stopped)
    return writer.end(ended, values).code
