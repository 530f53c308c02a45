# SPDX-License-Identifier: GPL-2.0-only
"""One execution of every behaviour, by dynamic partial-order reduction.

Flanagan, Godefroid: Dynamic Partial-Order Reduction for Model Checking Software (POPL 2005): run
the program, find the races of the run, and come back to each to try the other order. Which thread
to try is a source set and what need not be tried again sleeps: Abdulla, Aronsson, Jonsson,
Sagonas: Optimal Dynamic Partial Order Reduction (POPL 2014), sections 4 and 5; for locks, Source
Sets: A Foundation for Optimal Dynamic Partial Order Reduction (JACM 2017), on blocking. An
execution in which everybody who could go on sleeps is abandoned: others cover it.

What a step touched is known when it has been taken, so races are looked for after each run. Steps
at which an execution ends in a failure depend on everything, since they cut off everything; so
every failure that some schedule leads to is found, and not only the first one.

Guarantees: every behaviour has an execution, and no two executions that run to their end are of
one behaviour, provided that all that steps share is in what they publish or touch, or is guarded
by a lock.
"""

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence

from harness.dependency import any_conflicting
from harness.execution import DivergedFrom, Execution, Failed, execute
from harness.explore.exploration import EXECUTIONS_MAX, Exploration, Heard
from harness.failures import Diverged, HarnessBug
from harness.footprint import NOBODY, Step, steps_of
from harness.happens_before import Clock, HappensBefore
from harness.scheduler import Carriers, Scheduler
from harness.threads import EVERYTHING, START, Operation, Standstill, Thread
from harness.trace import Touch

Footprint = tuple[Operation, ...]


class _State:
    """A place in the tree of executions at which somebody is chosen.

    Attributes:
        enabled: the threads that could go on, the quiet default first.
        pending: what each unfinished thread stood before, enabled or not.
        asleep: the threads that need not be tried here, and what their steps touch.
        to_try: the threads that have to be tried, in the order in which that was noticed.
        chosen: the thread that is tried now.
    """

    def __init__(
        self,
        enabled: tuple[int, ...],
        pending: dict[int, Operation],
        asleep: dict[int, Footprint],
        chosen: int,
    ) -> None:
        self.enabled = enabled
        self.pending = pending
        self.asleep = asleep
        self.to_try = [chosen]
        self.chosen = chosen

    def has_to_try_one_of(self, threads: Sequence[int]) -> None:
        """Enter one of the threads, unless one of them is or sleeps already."""
        if not any(thread in self.to_try or thread in self.asleep for thread in threads):
            possible = [thread for thread in self.enabled if thread in threads]
            self.to_try += possible[:1]

    def tried(self, footprint: Footprint) -> bool:
        """Lay the chosen thread to sleep and choose the next to try; False if none is left."""
        self.asleep[self.chosen] = footprint
        for thread in self.to_try:
            if thread not in self.asleep:
                self.chosen = thread
                return True
        return False


class _Reducing:
    """Follows the states there are, then the quiet default among those awake."""

    next_point = 0
    asks_on_growth = False

    def __init__(self, states: list[_State], touches: list[Touch]) -> None:
        self._states = states
        self._touches = touches
        self._heard = 0
        self._number = -1
        self._published = START
        self._threads: Sequence[Thread] = ()

    def begin(self, threads: Sequence[Thread]) -> None:
        """Learn who there is."""
        self._threads = threads

    def pick(self, step: int, me: Thread, options: Sequence[Thread]) -> int:
        """Take the thread that is to be tried here."""
        self._number += 1
        if self._number == len(self._states):
            self._states.append(self._new_state(step, options))
        self._heard = len(self._touches)
        chosen = self._states[self._number].chosen
        for index, thread in enumerate(options):
            if thread.index == chosen:
                self._published = thread.op
                return index
        raise HarnessBug("the program did other things under the same schedule")

    def _new_state(self, step: int, options: Sequence[Thread]) -> _State:
        asleep = self._still_asleep() if self._number else {}
        awake = [thread.index for thread in options if thread.index not in asleep]
        if not awake:
            raise Diverged(step, "somebody who has to be tried", "everybody asleep")
        return _State(
            enabled=tuple(thread.index for thread in options),
            pending={thread.index: thread.op for thread in self._threads if not thread.finished},
            asleep=asleep,
            chosen=awake[0],
        )

    def _still_asleep(self) -> dict[int, Footprint]:
        """Return who sleeps through the step just taken."""
        before = self._states[self._number - 1]
        taken = [self._published, *(touched for _, touched in self._touches[self._heard :])]
        return {
            thread: footprint
            for thread, footprint in before.asleep.items()
            if not any_conflicting(footprint, taken)
        }


class _Tree:
    """The branch of the tree of executions that is being explored.

    Attributes:
        states: where somebody was chosen, from the root.
    """

    def __init__(self) -> None:
        self.states: list[_State] = []
        self._footprints: list[Footprint] = []
        self._happened = HappensBefore(0)
        # The state that each step was chosen in; of a standstill, the one before.
        self._places: list[int] = []
        self._known = 0

    def learn(self, execution: Execution) -> None:
        """Find the races of an execution, and note at their earlier steps what to try instead."""
        steps = steps_of(execution.trace, execution.touches)
        failed_in_step = (
            isinstance(execution.outcome, Failed) and bool(steps) and steps[-1].thread != NOBODY
        )
        if failed_in_step:
            steps[-1] = steps[-1]._replace(operations=(*steps[-1].operations, EVERYTHING))
        for step in steps[self._as_before() :]:
            if isinstance(step.published, Standstill):
                self._waiting(step.published.waits)
                self._happened.add(step)
            else:
                races = self._happened.add(step)
                self._reverse(races, step.thread, self._happened.clocks[-1])
                self._footprints.append(step.operations)
            self._places.append(len(self._footprints) - 1)
        if failed_in_step:
            self._cut_off()

    def next(self) -> bool:
        """Go on to the next branch; False if there is none."""
        while self.states:
            self._known = len(self.states) - 1
            if self.states[-1].tried(self._footprints[self._known]):
                return True
            self.states.pop()
        return False

    def _as_before(self) -> int:
        """Forget what came after the last choice that was made anew; return how much is left."""
        if not self._places and self.states:
            self._happened = HappensBefore(len(self.states[0].pending))
        kept = bisect_left(self._places, self._known)
        self._happened.forget(kept)
        del self._places[kept:]
        del self._footprints[self._known :]
        return kept

    def _reverse(self, races: Sequence[int], thread: int, clock: Clock) -> None:
        for race in races:
            initials = self._happened.initials(race, thread, clock)
            self.states[self._places[race]].has_to_try_one_of(initials)

    def _waiting(self, waits: Mapping[int, Operation]) -> None:
        """Find what these threads, which wait in vain, could have come before."""
        for thread, operation in waits.items():
            races, clock = self._happened.races(Step(thread, 0, (operation,)))
            self._reverse(races, thread, clock)

    def _cut_off(self) -> None:
        """Try everybody else before a step that ended in a failure."""
        last = self.states[-1]
        for thread in last.enabled:
            last.has_to_try_one_of([thread])
        self._waiting(
            {
                thread: operation
                for thread, operation in last.pending.items()
                if thread not in last.enabled
            }
        )


def every_behaviour(
    program: Callable[[Scheduler], None],
    carriers: Carriers,
    *,
    executions_max: int = EXECUTIONS_MAX,
    steps_max: int = 20_000,
    heard: Heard = lambda execution: None,
) -> Exploration:
    """Run a program once for each of its behaviours.

    Args:
        program: adds its threads to the scheduler it is given.
        carriers: what the threads run on.
        executions_max: give up after so many executions, abandoned ones included.
        steps_max: the bound past which an execution counts as a livelock.
        heard: is told each execution that was not abandoned, with what its steps touched.

    Raises:
        HarnessBug: the program did other things under the same schedule.
    """
    result = Exploration()
    tree = _Tree()
    while result.executions + result.abandoned < executions_max:
        touches: list[Touch] = []
        strategy = _Reducing(tree.states, touches)
        execution = execute(program, strategy, carriers, steps_max=steps_max, touches=touches)
        result.count(execution)
        if not isinstance(execution.outcome, DivergedFrom):
            heard(execution)
        tree.learn(execution)
        if not tree.next():
            result.complete = True
            break
    return result
