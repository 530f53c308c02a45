# SPDX-License-Identifier: GPL-2.0-only
"""The tree of a program's executions, with the branches that show nothing new left out.

Flanagan, Godefroid: Dynamic Partial-Order Reduction for Model Checking Software (POPL 2005): run
the program, find the races of the run, and come back to each to try the other order. Which thread
to try is a source set and what need not be tried again sleeps: Abdulla, Aronsson, Jonsson,
Sagonas: Optimal Dynamic Partial Order Reduction (POPL 2014), sections 4 and 5; for locks, Source
Sets: A Foundation for Optimal Dynamic Partial Order Reduction (JACM 2017), on blocking. An
execution in which all that could go on sleep is abandoned: others cover it.

What a step touched is known when it has been taken, so races are looked for after each run. Steps
at which an execution ends in a failure depend on everything, since they cut off everything; so
every failure that some schedule leads to is found, and not only the first one.

Who uses it: `every_behaviour` walks all of it, a strategy that rehearses a few branches.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from operator import attrgetter

from harness.engine import EVERYTHING, Operation, Run, Standstill, Touch
from harness.schedule import NOBODY, Step, steps_of
from harness.search.branch import ChoicePoint, Choose, Footprint, Reducing, quietest
from harness.search.happens_before import Clock, HappensBefore

_THREAD = attrgetter("thread")


class Tree:
    """The branch of the tree of executions that is being explored.

    Attributes:
        points: where a thread was chosen, from the root.
    """

    def __init__(self) -> None:
        self.points: list[ChoicePoint] = []
        self._footprints: list[Footprint] = []
        self._happened = HappensBefore(0)
        # The state that each step was chosen in; of a standstill, the one before.
        self._places: list[int] = []
        self._known = 0

    @property
    def branch(self) -> list[int]:
        """The threads chosen from the root on."""
        return [point.chosen for point in self.points]

    def learn(self, steps: list[Step], *, failed: bool) -> None:
        """Find the races of an execution, and note at their earlier steps what to try instead.

        Args:
            steps: the execution along the present branch.
            failed: it ended in a failure.
        """
        failed_in_step = failed and bool(steps) and steps[-1].thread != NOBODY
        if failed_in_step:
            steps[-1] = steps[-1]._replace(operations=(*steps[-1].operations, EVERYTHING))
        kept = self._as_before()
        self._happened.make_room(1 + max(map(_THREAD, steps), default=NOBODY))
        for step in steps[kept:]:
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
        elif self.points and not failed:
            self._left_waiting(steps)

    def next(self) -> bool:
        """Go on to the next branch; False if there is none."""
        while self.points:
            self._known = len(self.points) - 1
            if self.points[-1].tried(self._footprints[self._known]):
                return True
            self.points.pop()
        return False

    def _as_before(self) -> int:
        """Forget what came after the last choice that was made anew; return how much is left."""
        kept = bisect_left(self._places, self._known)
        self._happened.forget(kept)
        del self._places[kept:]
        del self._footprints[self._known :]
        return kept

    def _reverse(self, races: Sequence[int], thread: int, clock: Clock) -> None:
        for race in races:
            initials = self._happened.initials(race, thread, clock)
            self.points[self._places[race]].has_to_try_one_of(initials)

    def _waiting(self, waits: Mapping[int, Operation]) -> None:
        """Find what these threads, which wait in vain, could have come before."""
        for thread, operation in waits.items():
            races, clock = self._happened.races(Step(thread, 0, (operation,)))
            self._reverse(races, thread, clock)

    def _left_waiting(self, steps: Sequence[Step]) -> None:
        """Find what those could have come before who waited when an execution was abandoned.

        Its last steps may have shut their gates for good, and those that cover it begin alike.
        """
        if isinstance(steps[-1].published, Standstill):
            return
        last = self.points[-1]
        self._waiting(
            {
                thread: operation
                for thread, operation in last.pending.items()
                if thread != last.chosen and operation.gate is not None
            }
        )

    def _cut_off(self) -> None:
        """Try every other thread before a step that ended in a failure."""
        last = self.points[-1]
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
        seen = run(Reducing(tree.points, touches, choose), touches)
        tree.learn(steps_of(*seen), failed=False)
        if not tree.next():
            return []
    return tree.branch
