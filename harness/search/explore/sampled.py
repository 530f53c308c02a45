# SPDX-License-Identifier: GPL-2.0-only
"""Some schedules of one program: the usual way to try a program out.

Every execution is decided by the seed and its number alone, so number 17 is the same however many
there are.
"""

from collections.abc import Callable

from harness.engine import Carriers, Quiet, Scheduler, Streams, Touch, execute
from harness.search.explore.exploration import Exploration, Heard
from harness.search.fairly import fairly
from harness.search.strategies import ARMS_FOR_ONE_PROGRAM, STRATEGIES

_UNFAIR = 4
"""One part in so many of the steps that an execution may have is the strategy's alone."""


def some_schedules(
    program: Callable[[Scheduler], None],
    carriers: Carriers,
    *,
    executions: int | range = 300,
    seed: int = 1,
    strategy: str | None = None,
    steps_max: int = 20_000,
    heard: Heard = lambda execution: None,
    stop: Callable[[], bool] = bool,
) -> Exploration:
    """Run a program under so many schedules; the result is never complete.

    Args:
        program: adds its threads to the scheduler it is given.
        carriers: what the threads run on.
        executions: how many; or which, by their numbers.
        seed: what they are chosen by.
        strategy: the name of one of STRATEGIES; None for several in turn that together find most
            in one program.
        steps_max: the bound past which an execution counts as a livelock; from a quarter of it on
            the threads take turns, so that none is starved.
        heard: called with each execution.
        stop: asked before each execution whether that was enough.

    Raises:
        KeyError: there is no such strategy.
    """
    result = Exploration()
    length = execute(program, Quiet(), carriers, steps_max=steps_max).steps
    numbers = range(executions) if isinstance(executions, int) else executions
    for index in numbers:
        if stop():
            break
        name = strategy or ARMS_FOR_ONE_PROGRAM[index % len(ARMS_FOR_ONE_PROGRAM)]
        stream = Streams(seed, "some schedules", index).stream("schedule")
        decides = fairly(STRATEGIES[name](stream, length), since=steps_max // _UNFAIR)
        touches: list[Touch] | None = [] if result.meetings.wanted else None
        execution = execute(program, decides, carriers, steps_max=steps_max, touches=touches)
        result.count(execution)
        heard(execution)
    return result
