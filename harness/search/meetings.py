# SPDX-License-Identifier: GPL-2.0-only
"""Meetings: the steps that met at one object so far, in groups within which there is no order.

Neighbours that commute share a group, and groups that stand side by side conflict. So a step that
comes after one step of a group comes after all of the groups before it, and of a group's steps by
one thread the last stands for all: to find what a step happens after costs no more than the threads
have done that it did not know of, however long the execution is.
"""

from collections.abc import Iterator

from harness.engine import Operation
from harness.search.dependency import OPENS, mode


class Group:
    """Operations in a row that commute with each other, or one that commutes with nothing.

    Attributes:
        mode: what they commute with, None for nothing.
        unlocks: it is an unlock, or what else opens a gate that nobody could pass before.
        places: for each thread the places of its steps in the execution, in order.
    """

    __slots__ = ("mode", "places", "unlocks")

    def __init__(self, operation: Operation, shared: str | None) -> None:
        self.mode = shared
        self.unlocks = operation.kind in OPENS
        self.places: dict[int, list[int]] = {}

    def settles(self, operation: Operation) -> bool:
        """Whether who had to wait for its gate competed with this group, and none before it."""
        return self.mode is None and not self.unlocks and mode(operation) is None


class Meetings:
    """What was done to one object, in groups in the order in which they came."""

    __slots__ = ("_groups",)

    def __init__(self) -> None:
        self._groups: list[Group] = []

    def add(self, thread: int, place: int, operation: Operation) -> None:
        """Add an operation of the step at this place of the execution."""
        groups, shared = self._groups, mode(operation)
        if shared is None or not groups or groups[-1].mode != shared:
            groups.append(Group(operation, shared))
        groups[-1].places.setdefault(thread, []).append(place)

    def forget_last(self, thread: int) -> None:
        """Forget the operation that was added last, which was this thread's."""
        places = self._groups[-1].places
        places[thread].pop()
        if not places[thread]:
            del places[thread]
            if not places:
                self._groups.pop()

    def backwards(self, operation: Operation) -> Iterator[Group]:
        """Yield the groups that an operation conflicts with, the last one first."""
        shared = mode(operation)
        return (group for group in reversed(self._groups) if shared is None or group.mode != shared)
