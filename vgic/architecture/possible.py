# SPDX-License-Identifier: GPL-2.0-only
"""All that something may be, as far as anybody outside can know.

A call takes effect at some moment between its start and its return, and nobody outside knows when.
So each order of those that overlap is followed: an element is a state, and which of the calls in
flight have had their effect on it. What a guest observes leaves only those in which that could be.
"""

from collections.abc import Callable, Hashable, Iterable
from typing import Generic, TypeVar

T = TypeVar("T", bound=Hashable)


class Possible(Generic[T]):
    """The states that one thing may be in.

    Attributes:
        elements: each a state, and for each call in flight a bit: it has had its effect.
    """

    __slots__ = ("_in_flight", "_states", "elements")

    def __init__(self, state: T) -> None:
        self.elements: set[tuple[T, int]] = {(state, 0)}
        self._in_flight: dict[int, Callable[[T], Iterable[T]]] = {}
        self._states: set[T] | None = None

    @property
    def states(self) -> set[T]:
        """The states, whatever is in flight."""
        if self._states is None:
            self._states = {state for state, _ in self.elements}
        return self._states

    def begin(self, effect: Callable[[T], Iterable[T]]) -> int:
        """Enter a call that begins; return by what to name it when it returns.

        Args:
            effect: what becomes of a state by it: one state, several where that is open, or none
                where it cannot be. It may leave more open later; `follow` says that it does.
        """
        bit = 1
        while bit in self._in_flight:
            bit <<= 1
        self._in_flight[bit] = effect
        self.follow()
        return bit

    def finish(self, bit: int) -> None:
        """Enter that a call has returned: it has had its effect."""
        del self._in_flight[bit]
        self._states = None
        self.elements = {(state, done ^ bit) for state, done in self.elements if done & bit}

    def observe(self, effect: Callable[[T], Iterable[T]]) -> None:
        """Enter what happens at one moment; what it could not happen in is left out from then on.

        No element is left where it could not have happened at all.
        """
        self._states = None
        self.elements = {
            (after, done) for before, done in self.elements for after in effect(before)
        }
        self.follow()

    def follow(self) -> None:
        """Have each call in flight have had its effect, or not yet, in whatever order."""
        if not self._in_flight:
            return
        self._states = None
        left = list(self.elements)
        while left:
            state, done = left.pop()
            for bit, effect in self._in_flight.items():
                if done & bit:
                    continue
                for after in effect(state):
                    element = after, done | bit
                    if element not in self.elements:
                        self.elements.add(element)
                        left.append(element)
