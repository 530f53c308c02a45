# SPDX-License-Identifier: GPL-2.0-only
"""Happens-before among the steps of an execution, and the races in it.

A step happens before another if it comes earlier and is of the same thread or conflicts, or by a
chain of such pairs; see harness.dependency. A race is a pair of different threads that is ordered
by nothing but its own conflict, so that the later of the two could have come first: reversing it
leads to another behaviour. Vector clocks, one entry for each thread and the last for NOBODY:
Flanagan, Godefroid: Dynamic Partial-Order Reduction for Model Checking Software (POPL 2005),
section 4.
"""

from collections.abc import Iterable, Iterator, Sequence

from harness.dependency import conflicting, mode
from harness.footprint import NOBODY, Step
from harness.threads import EVERYTHING, Operation

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
        self._history: dict[str, list[tuple[int, Operation]]] = {}

    def add(self, step: Step) -> list[int]:
        """Add a step; return the earlier steps it races with, the latest first."""
        races, clock = self.races(step)
        clock[step.thread] = step.number + 1
        index = len(self.steps)
        self.steps.append(step)
        self.clocks.append(clock)
        self._now(step.thread, clock)
        for operation in step.operations:
            if operation.name:
                self._history.setdefault(operation.name, []).append((index, operation))
        return races

    def forget(self, length: int) -> None:
        """Forget all steps but so many, those that were added first."""
        while len(self.steps) > length:
            for operation in self.steps.pop().operations:
                if operation.name:
                    self._history[operation.name].pop()
            self.clocks.pop()
        self._latest = [[0] * len(self._latest) for _ in self._latest]
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
        Dynamic Partial Order Reduction (POPL 2014), section 4: the set I.

        Args:
            race: the earlier step.
            thread: the thread of the later step, which comes right after the last one added.
            clock: what happens before the later step.
        """
        instead: list[int] = []
        first: dict[int, bool] = {}
        for index in self.independent_of(race, len(self.steps)):
            self._first(instead, first, self.steps[index].thread, self.clocks[index])
            instead.append(index)
        self._first(instead, first, thread, clock)
        return [each for each, is_initial in first.items() if is_initial]

    def _first(
        self, instead: Sequence[int], first: dict[int, bool], thread: int, clock: Clock
    ) -> None:
        if thread not in first:
            first[thread] = not any(self.before(index, clock) for index in instead)

    def _now(self, thread: int, clock: Clock) -> None:
        if thread == NOBODY:
            self._latest = [clock] * len(self._latest)
        else:
            self._latest[thread] = clock

    def _conflicts(self, step: Step) -> Iterable[int]:
        if any(operation.kind == EVERYTHING.kind for operation in step.operations):
            return range(len(self.steps))
        return {index for operation in step.operations for index in self._just_before(operation)}

    def _just_before(self, operation: Operation) -> Iterator[int]:
        """Yield the last steps that an operation conflicts with, as far as they commute.

        All that conflicts and is earlier happens before one of them.
        """
        last = None
        for index, other in reversed(self._history.get(operation.name, ())):
            if conflicting(operation, other):
                if last is not None and conflicting(last, other):
                    return
                last = other
                yield index
            elif last is not None:
                return

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
        or shuts the gate.
        """
        operation = step.published
        if operation.gate is None:
            return []
        competed = []
        own = list(clock)
        for index, other in reversed(self._history.get(operation.name, [])):
            if not conflicting(operation, other):
                continue
            _join(clock, self.clocks[index])
            if other.kind == "unlock":
                continue
            if not self.before(index, own):
                competed.append(index)
            if mode(operation) is None and mode(other) is None:
                break
        return competed
