# SPDX-License-Identifier: GPL-2.0-only
"""Footprints: an execution as a sequence of steps, each with all the objects it touched.

A step is everything from one scheduling point of a thread to its next. It has published one
operation, but may touch more on its way: it releases a lock, takes an interrupt, looks whether one
is pending. Primitives report that with `Scheduler.touch`, and harness.engine.touches writes it
down.
"""

from collections.abc import Sequence
from typing import NamedTuple

from harness.engine import (
    EVERYTHING,
    EXIT,
    SIGNS,
    Entry,
    Operation,
    Standstill,
    Thread,
    Touch,
)

NOBODY = -1


class Step(NamedTuple):
    """One step of an execution.

    Attributes:
        thread: the index of the thread that took it; NOBODY for a standstill.
        number: its place in its thread, 0 for the start of its body.
        operations: what it touched, the operation it published first.
    """

    thread: int
    number: int
    operations: tuple[Operation, ...]

    @property
    def published(self) -> Operation:
        """The operation that the thread stood before."""
        return self.operations[0]


def steps_of(trace: Sequence[Entry], touches: Sequence[Touch]) -> list[Step]:
    """Divide an execution into its steps, in the order they were taken.

    Args:
        trace: what happened.
        touches: what its steps touched beyond what they published.
    """
    steps: list[tuple[int, int, list[Operation]]] = []
    taken: dict[int, int] = {}
    touched = iter([*touches, (len(trace) + 1, EVERYTHING)])
    position, touch = next(touched)

    def took(thread: int, operation: Operation) -> None:
        number = taken.get(thread, 0)
        taken[thread] = number + 1
        SIGNS.analysed += 1
        steps.append((thread, number, [operation]))

    running = NOBODY
    for length, entry in enumerate(trace, 1):
        if isinstance(entry, Operation):
            if entry is not EXIT:
                took(running, entry)
        elif isinstance(entry, Thread):
            running = entry.index
            if running not in taken:
                took(running, entry.first)
        while position <= length:
            if isinstance(touch, Standstill):
                took(NOBODY, touch)
            elif steps:
                steps[-1][2].append(touch)
            position, touch = next(touched)
    return [Step(thread, number, tuple(operations)) for thread, number, operations in steps]
