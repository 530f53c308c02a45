# SPDX-License-Identifier: GPL-2.0-only
"""All orders in which what a trace tells of one interrupt may have happened.

A trace promises the order of what one thread did, and little between two of them. So what is known
is a partial order of deeds. A cut is how many deeds of each thread are over; each cut that the
order allows is come to, with all states that the interrupt may be in there, by whatever way.
Between any two deeds a vCPU may leave its guest and load anew, for nothing that a trace tells.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from vgic.architecture.effects import Effect, States
from vgic.architecture.state import State

Cut = tuple[int, ...]
"""How many deeds of each thread are over."""

STATES_MAX = 200_000
"""So many states, over all cuts, are looked at; an interrupt with more is not judged."""


class TooMany(Exception):
    """So much is open of an interrupt that it is not judged."""


class Deed(NamedTuple):
    """Something that was done to an interrupt, or seen of it, at some moment.

    Attributes:
        place: its place in the trace.
        effect: the states that come of one; none where it could not be.
        after: how many deeds of each thread are over before it for certain.
    """

    place: int
    effect: Effect
    after: Cut


class Orders:
    """What an interrupt may be at each cut.

    Attributes:
        cuts: all cuts that can be come to, with the states that it may be in there.
        end: the cut at which all is over.
    """

    def __init__(
        self,
        states: Iterable[State],
        threads: Sequence[Sequence[Deed]],
        always: Sequence[Effect] = (),
    ) -> None:
        """Follow every order.

        Args:
            states: what it may be at first.
            threads: what each thread did, in its order.
            always: what may happen at any moment, and as often as it likes.

        Raises:
            TooMany: there is too much to follow.
        """
        self._threads = threads
        self._always = always
        self.end: Cut = tuple(map(len, threads))
        first: Cut = (0,) * len(threads)
        self.cuts: dict[Cut, set[State]] = {first: set(states)}
        self._left = STATES_MAX
        self._all_of: dict[State, frozenset[State]] = {}
        self._become: dict[tuple[Effect, State], States] = {}
        level = [first]
        while level:
            level = self._go_on(level)

    @property
    def is_possible(self) -> bool:
        """Whether all of it may have happened in some order."""
        return bool(self.states)

    @property
    def states(self) -> set[State]:
        """The states that it may be in at the end."""
        return self.cuts.get(self.end, set())

    def stuck(self) -> tuple[Deed, set[State]]:
        """Return the first deed that could be in no order, and the states in which it was not."""
        furthest = max(sum(cut) for cut, states in self.cuts.items() if states)
        found = [
            (deed, self.cuts[cut])
            for cut, states in self.cuts.items()
            if states and sum(cut) == furthest
            for deed, _ in self._next(cut)
        ]
        return min(found, key=lambda each: each[0].place)

    def _go_on(self, level: Iterable[Cut]) -> list[Cut]:
        """Take each next step from cuts with as many deeds; return those with one more."""
        reached: dict[Cut, None] = {}
        for cut in level:
            states = self.cuts[cut] = self._closed(self.cuts[cut])
            self._left -= len(states)
            if self._left < 0:
                raise TooMany
            for deed, after in self._next(cut):
                reached[after] = None
                there = self.cuts.setdefault(after, set())
                for state in states:
                    there.update(self._by(deed.effect, state))
        return [cut for cut in reached if self.cuts[cut]]

    def _next(self, cut: Cut) -> Iterable[tuple[Deed, Cut]]:
        for thread, over in enumerate(cut):
            if over == self.end[thread]:
                continue
            deed = self._threads[thread][over]
            if all(done >= least for done, least in zip(cut, deed.after, strict=True)):
                yield deed, (*cut[:thread], over + 1, *cut[thread + 1 :])

    def _by(self, effect: Effect, state: State) -> States:
        """Return what becomes of a state by an effect; there are few of either."""
        if (effect, state) not in self._become:
            self._become[effect, state] = effect(state)
        return self._become[effect, state]

    def _closed(self, states: set[State]) -> set[State]:
        """Return states, and all that may become of them by what may happen at any moment."""
        return set().union(*map(self._all_that, states))

    def _all_that(self, first: State) -> frozenset[State]:
        """Return a state, and all that may become of it so."""
        if first not in self._all_of:
            closed, left = {first}, [first]
            while left:
                state = left.pop()
                after = {each for effect in self._always for each in effect(state)} - closed
                closed |= after
                left += after
            self._all_of[first] = frozenset(closed)
        return self._all_of[first]


def observe(look: Callable[[State], bool | None], value: bool) -> Effect:
    """What a register was read to say: only what it says of, or does not know, is left."""
    return lambda state: (state,) if look(state) in (value, None) else ()
