# SPDX-License-Identifier: GPL-2.0-only
"""The tree of a program's executions, with the branches that show nothing new left out.

Flanagan, Godefroid: Dynamic Partial-Order Reduction for Model Checking Software (POPL 2005): run
the program, find the races of the run, and come back to each to try the other order. Which thread
to try is a source set and what need not be tried again sleeps: Abdulla, Aronsson, Jonsson,
Sagonas: Optimal Dynamic Partial Order Reduction (POPL 2014), sections 4 and 5; for locks, Source
Sets: A Foundation for Optimal Dynamic Partial Order Reduction (JACM 2017), on blocking. An
execution in which everybody who could go on sleeps is abandoned: others cover it.

What a step touched is known when it has been taken, so races are looked for after each run. Steps
at which an execution ends in a failure depend on everything, since they cut off everything; so
every failure that some schedule leads to is found, and not only the first one.

Who uses it: `every_behaviour` walks all of it, a strategy that rehearses a few branches.
"""

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence

from harness.engine import (
    EVERYTHING,
    START,
    Diverged,
    HarnessBug,
    Operation,
    Run,
    Standstill,
    Thread,
    Touch,
)
from harness.schedule import NOBODY, Step, steps_of
from harness.search.dependency import any_conflicting
from harness.search.happens_before import Clock, HappensBefore

Footprint = tuple[Operation, ...]
Choose = Callable[[Sequence[int]], int]


def quietest(awake: Sequence[int]) -> int:
    """Choose the quiet default."""
    return awake[0]


class State:
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


class Reducing:
    """Follows the states there are, then chooses among those awake."""

    next_point = 0
    asks_on_growth = False

    def __init__(
        self, states: list[State], touches: list[Touch], choose: Choose = quietest
    ) -> None:
        """Begin at the root.

        Args:
            states: the branch to follow; it grows by what comes after.
            touches: where the execution puts what its steps touch.
            choose: picks one of the threads awake where the branch has ended.
        """
        self._states = states
        self._touches = touches
        self._choose = choose
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
        raise HarnessBug(
            "nondeterminism: the program did other things under the same schedule; something in "
            "the code under test depends on time, identity, hashing or an earlier execution"
        )

    def _new_state(self, step: int, options: Sequence[Thread]) -> State:
        asleep = self._still_asleep() if self._number else {}
        awake = [thread.index for thread in options if thread.index not in asleep]
        if not awake:
            raise Diverged(step, "somebody who has to be tried", "everybody asleep")
        return State(
            enabled=tuple(thread.index for thread in options),
            pending={thread.index: thread.op for thread in self._threads if not thread.finished},
            asleep=asleep,
            chosen=self._choose(awake),
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


class Tree:
    """The branch of the tree of executions that is being explored.

    Attributes:
        states: where somebody was chosen, from the root.
    """

    def __init__(self) -> None:
        self.states: list[State] = []
        self._footprints: list[Footprint] = []
        self._happened = HappensBefore(0)
        # The state that each step was chosen in; of a standstill, the one before.
        self._places: list[int] = []
        self._known = 0

    @property
    def branch(self) -> list[int]:
        """The threads chosen from the root on."""
        return [state.chosen for state in self.states]

    def learn(self, steps: list[Step], *, failed: bool) -> None:
        """Find the races of an execution, and note at their earlier steps what to try instead.

        Args:
            steps: the execution along the present branch.
            failed: it ended in a failure.
        """
        failed_in_step = failed and bool(steps) and steps[-1].thread != NOBODY
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


def branch_after(runs: int, run: Run, choose: Choose = quietest) -> list[int]:
    """Run a program along the first branches of its tree, all but the last of so many.

    Args:
        runs: how many branches.
        run: runs the program.
        choose: picks one of the threads awake where a branch has ended.

    Returns:
        where the last of them, which is not run, goes: a thread for each choice from the root.
        Nothing if the tree has no more branches.
    """
    tree = Tree()
    for _ in range(runs - 1):
        touches: list[Touch] = []
        seen = run(Reducing(tree.states, touches, choose), touches)
        tree.learn(steps_of(*seen), failed=False)
        if not tree.next():
            return []
    return tree.branch
