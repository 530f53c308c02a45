# SPDX-License-Identifier: GPL-2.0-only
"""Happens-before among the steps of an execution, and the races in it.

A step happens before another if it comes earlier and is of the same thread or conflicts, or by a
chain of such pairs; see dependency.py. A race is a pair of different threads that is ordered
by nothing but its own conflict, so that the later of the two could have come first: reversing it
leads to another behaviour. Vector clocks, one entry for each thread and the last for NOBODY:
Flanagan, Godefroid: Dynamic Partial-Order Reduction for Model Checking Software (POPL 2005),
section 4.

To add a step costs by the number of threads and of races, not by the length of the execution: of
what a thread did, the last step that matters stands for all before it.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence

from harness.engine import EVERYTHING, SIGNS, TIMED
from harness.schedule import NOBODY, Step
from harness.search.dependency import FOUND_SHUT
from harness.search.meetings import Group, Meetings

Clock = list[int]


def _join(clock: Clock, other: Clock) -> None:
    for thread, count in enumerate(other):
        if count > clock[thread]:
            clock[thread] = count


class HappensBefore:
    """The order among steps that are added one by one, as they were taken.

    Attributes:
        steps: the steps added so far.
        clocks: for each step, how many steps of each thread happen before it or are it.
    """

    def __init__(self, threads: int) -> None:
        """Begin with no steps, for so many threads."""
        self.steps: list[Step] = []
        self.clocks: list[Clock] = []
        self._latest = [[0] * (threads + 1) for _ in range(threads + 1)]
        self._places: list[list[int]] = [[] for _ in range(threads + 1)]
        self._meetings: defaultdict[str, Meetings] = defaultdict(Meetings)

    def make_room(self, threads: int) -> None:
        """Go on with so many threads, if they are more: some are started inside an execution."""
        more = threads + 1 - len(self._latest)
        if more > 0:
            self.clocks = [[*clock[:-1], *[0] * more, clock[-1]] for clock in self.clocks]
            self._places[-1:-1] = [[] for _ in range(more)]
            self._latest = [[0] * (threads + 1) for _ in range(threads + 1)]
            self._count_again()

    def add(self, step: Step) -> list[int]:
        """Add a step; return the earlier steps it races with, the latest first."""
        SIGNS.analysed += 1
        races, clock = self.races(step)
        clock[step.thread] = step.number + 1
        index = len(self.steps)
        self.steps.append(step)
        self.clocks.append(clock)
        self._places[step.thread].append(index)
        self._now(step.thread, clock)
        for operation in step.operations:
            if operation.name:
                self._meetings[operation.name].add(step.thread, index, operation)
        return races

    def forget(self, length: int) -> None:
        """Forget all steps but so many, those that were added first."""
        while len(self.steps) > length:
            step = self.steps.pop()
            for operation in step.operations:
                if operation.name:
                    self._meetings[operation.name].forget_last(step.thread)
            self._places[step.thread].pop()
            self.clocks.pop()
        self._latest = [[0] * len(self._latest) for _ in self._latest]
        self._count_again()

    def _count_again(self) -> None:
        for step, clock in zip(self.steps, self.clocks, strict=True):
            self._now(step.thread, clock)

    def races(self, step: Step) -> tuple[list[int], Clock]:
        """Return what a step would race with if it came next, and what happens before it."""
        clock = list(self._latest[step.thread])
        races = self._races_at_gate(step, clock)
        races += self._unordered(sorted(self._conflicts(step), reverse=True), clock)
        return races, clock

    def before(self, earlier: int, later: Clock) -> bool:
        """Whether a step happens before, or is, the one that has this clock."""
        step = self.steps[earlier]
        return later[step.thread] > step.number

    def independent_of(self, earlier: int, later: int) -> list[int]:
        """Return the steps between two that do not happen after the earlier one."""
        return [
            index
            for index in range(earlier + 1, later)
            if not self.before(earlier, self.clocks[index])
        ]

    def initials(self, race: int, thread: int, clock: Clock) -> list[int]:
        """Return the threads that may come first where a race is reversed.

        What is to be executed instead of the race's earlier step are the steps since which do not
        happen after it, and then the later step. Abdulla, Aronsson, Jonsson, Sagonas: Optimal
        Dynamic Partial Order Reduction (POPL 2014), section 4: the set I. A thread's first step
        since stands for all of them: where another one comes before a step, the first one does.

        Args:
            race: the earlier step.
            thread: the thread of the later step, which comes right after the last one added.
            clock: what happens before the later step.
        """
        instead = self._first_steps_instead_of(race)
        first = {self.steps[index].thread: self.clocks[index] for index in instead}
        first.setdefault(thread, clock)
        return [
            each
            for each, before_it in first.items()
            if not any(
                self.before(index, before_it)
                for index in instead
                if self.steps[index].thread != each
            )
        ]

    def _first_steps_instead_of(self, race: int) -> list[int]:
        """Return each thread's first step since, if it does not happen after the race's."""
        instead = []
        for places in self._places:
            since = bisect_right(places, race)
            if since < len(places) and not self.before(race, self.clocks[places[since]]):
                instead.append(places[since])
        return sorted(instead)

    def _now(self, thread: int, clock: Clock) -> None:
        if thread == NOBODY:
            self._latest = [clock] * len(self._latest)
        else:
            self._latest[thread] = clock

    def _conflicts(self, step: Step) -> Iterable[int]:
        """Return the last steps that a step conflicts with, as far as they commute.

        All that conflicts and is earlier happens before one of them.
        """
        if any(operation.kind == EVERYTHING.kind for operation in step.operations):
            return [places[-1] for places in self._places if places]
        found: set[int] = set()
        for operation in step.operations:
            if operation.name in self._meetings:
                last = next(self._meetings[operation.name].backwards(operation), None)
                if last is not None:
                    found.update(places[-1] for places in last.places.values())
        return found

    def _unordered(self, indices: Sequence[int], clock: Clock) -> list[int]:
        """Join the clocks of these steps, latest first; return those ordered by nothing else."""
        found = []
        for index in indices:
            if not self.before(index, clock):
                _join(clock, self.clocks[index])
                found.append(index)
        return found

    def _races_at_gate(self, step: Step, clock: Clock) -> list[int]:
        """Join what a step had to wait for; return with whom it competed for going first.

        Nobody competes with an unlock, and what was unlocked before is no reason not to have come
        earlier: the race is with the acquisition. Who idles competes with everybody who opens
        or shuts the gate. Who waits with a timeout does not have to wait.
        """
        operation = step.published
        if (
            operation.gate is None
            or operation.kind == TIMED
            or operation.name not in self._meetings
        ):
            return []
        competed: list[int] = []
        found_shut: list[int] = []
        own = list(clock)
        for group in self._meetings[operation.name].backwards(operation):
            unknown = self._unknown(group, own)
            for index in unknown:
                _join(clock, self.clocks[index])
            if group.mode == FOUND_SHUT:
                found_shut = unknown
            elif not group.unlocks and unknown != found_shut:
                competed += unknown
            if self._knows(group, own) or (group.settles(operation) and unknown != found_shut):
                break
        return competed

    def _unknown(self, group: Group, clock: Clock) -> list[int]:
        """Return the steps of a group that do not happen before this clock, the latest first."""
        unknown = []
        for places in group.places.values():
            for index in reversed(places):
                if self.before(index, clock):
                    break
                unknown.append(index)
        return sorted(unknown, reverse=True)

    def _knows(self, group: Group, clock: Clock) -> bool:
        """Whether a step of the group happens before this clock, so all of earlier groups do."""
        return any(self.before(places[0], clock) for places in group.places.values())
