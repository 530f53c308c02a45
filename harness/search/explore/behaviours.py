# SPDX-License-Identifier: GPL-2.0-only
"""One execution of every behaviour, by dynamic partial-order reduction: the whole tree.

Guarantees: every behaviour has an execution, and no two executions that run to their end are of
one behaviour, provided that all that steps share is in what they publish or touch, or is guarded
by a lock.
"""

from collections.abc import Callable

from harness.engine import Carriers, DivergedFrom, Failed, Scheduler, Touch, execute
from harness.schedule import steps_of
from harness.search.branch import Reducing
from harness.search.explore.exploration import EXECUTIONS_MAX, Exploration, Heard
from harness.search.reduction import Tree


def every_behaviour(
    program: Callable[[Scheduler], None],
    carriers: Carriers,
    *,
    executions_max: int = EXECUTIONS_MAX,
    steps_max: int = 20_000,
    heard: Heard = lambda execution: None,
    stop: Callable[[], bool] = bool,
) -> Exploration:
    """Run a program once for each of its behaviours.

    Args:
        program: adds its threads to the scheduler it is given.
        carriers: what the threads run on.
        executions_max: give up after so many executions, abandoned ones included.
        steps_max: the bound past which an execution counts as a livelock.
        heard: called with each execution that was not abandoned, with what its steps touched.
        stop: asked before each execution whether that was enough.

    Raises:
        HarnessBug: the program did other things under the same schedule.
    """
    result = Exploration()
    tree = Tree()
    while result.executions + result.abandoned < executions_max and not stop():
        touches: list[Touch] = []
        strategy = Reducing(tree.points, touches)
        execution = execute(program, strategy, carriers, steps_max=steps_max, touches=touches)
        result.count(execution)
        if not isinstance(execution.outcome, DivergedFrom):
            heard(execution)
        tree.learn(
            steps_of(execution.trace, execution.touches),
            failed=isinstance(execution.outcome, Failed),
        )
        if not tree.next():
            result.complete = True
            break
    return result
