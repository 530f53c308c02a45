# SPDX-License-Identifier: GPL-2.0-only
"""Every schedule, those of fewer preemptions first.

Musuvathi, Qadeer: Iterative Context Bounding for Systematic Testing of Multithreaded Programs
(PLDI 2007), section 3. A preemption takes the next step from a thread that could go on; to choose
whom to run where a thread waits or has ended costs nothing. Each execution follows a list of
choices and then the quiet default, which preempts nobody; the choices it passed over become lists
of their own, so every schedule comes exactly once, and those of c preemptions all before those of
c + 1. Most bugs need one or two.
"""

from collections.abc import Callable, Sequence

from harness.engine import Carriers, NotDeterministic, Scheduler, Thread, execute
from harness.search.explore.exploration import EXECUTIONS_MAX, Exploration, Heard

Choices = tuple[tuple[int, int], ...]
"""Where to leave the quiet default: the number of the choice, and the option to take."""


class _Choosing:
    """Follows some choices, then the quiet default, and notes what else could be chosen there.

    Attributes:
        passed_over: for each choice after the last one followed: its number, how many options
            there were, and whether another than the first is a preemption.
    """

    next_point = 0
    asks_on_growth = False

    def __init__(self, choices: Choices) -> None:
        self._choices = dict(choices)
        self._last = choices[-1][0] if choices else -1
        self._number = -1
        self.passed_over: list[tuple[int, int, bool]] = []

    def begin(self, threads: Sequence[Thread]) -> None:
        """Nothing to learn."""

    def pick(self, step: int, me: Thread, options: Sequence[Thread]) -> int:
        """Take the choice that is due here."""
        self._number += 1
        if self._number > self._last and len(options) > 1:
            self.passed_over.append((self._number, len(options), options[0] is me))
        picked = self._choices.get(self._number, 0)
        if picked >= len(options):
            raise NotDeterministic("the program did other things under the same schedule")
        return picked


def every_schedule(
    program: Callable[[Scheduler], None],
    carriers: Carriers,
    *,
    preemptions: int | None = None,
    executions_max: int = EXECUTIONS_MAX,
    steps_max: int = 20_000,
    heard: Heard = lambda execution: None,
    stop: Callable[[], bool] = bool,
) -> Exploration:
    """Run a program once under each of its schedules.

    Args:
        program: adds its threads to the scheduler it is given.
        carriers: what the threads run on.
        preemptions: the most preemptions of a schedule; None for every schedule there is.
        executions_max: give up after so many executions.
        steps_max: the bound past which an execution counts as a livelock.
        heard: called with each execution, with what its steps touched.
        stop: asked before each execution whether that was enough.

    Raises:
        NotDeterministic: a schedule has led somewhere else than it did before.
    """
    result = Exploration(preemptions=preemptions)
    now: list[Choices] = [()]
    later: list[Choices] = []
    spent = 0
    while now:
        if result.executions == executions_max or stop():
            return result
        choices = now.pop()
        strategy = _Choosing(choices)
        execution = execute(program, strategy, carriers, steps_max=steps_max, touches=[])
        result.count(execution)
        heard(execution)
        for number, options, preempts in strategy.passed_over:
            others = [(*choices, (number, option)) for option in range(1, options)]
            (later if preempts else now).extend(others)
        if not now:
            if spent == preemptions:
                result.more = bool(later)
                break
            spent += 1
            now, later = later, []
    result.complete = True
    return result
