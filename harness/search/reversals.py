# SPDX-License-Identifier: GPL-2.0-only
"""Races of a run, and orders of threads in which they come out the other way round.

The races of an execution are the places where another order leads to another behaviour: Flanagan,
Godefroid: Dynamic Partial-Order Reduction for Model Checking Software (POPL 2005), section 3. The
exhaustive search reverses all of them (reduction.py). Here is what a strategy needs that
reverses a few: which there are, which have been seen both ways, and whom to run in which order.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from harness.engine import Quiet, Strategy, Thread, Welcoming, welcome
from harness.schedule import NOBODY, Step
from harness.search.happens_before import HappensBefore

GOES_ON = 2
"""Steps that a thread takes at once after it was overtaken: the one that was, and what follows."""


class Follow(Welcoming):
    """Takes the threads in a given order, and leaves it to another strategy where that ends."""

    def __init__(self, order: Sequence[int], then: Strategy | None = None) -> None:
        """Begin at the first.

        Args:
            order: whom to take, by the threads' indices.
            then: decides from where the order has ended or cannot be; the quiet default if None.
        """
        self._order = iter(order)
        self._then = then or Quiet()
        self.asks_on_growth = self._then.asks_on_growth
        self.next_point = 0

    def begin(self, threads: Sequence[Thread]) -> None:
        """Let the other strategy learn the threads."""
        self._then.begin(threads)

    def welcome(self, thread: Thread) -> None:
        """Let the other strategy learn a thread that was started inside the execution."""
        welcome(self._then, thread)

    def pick(self, step: int, me: Thread, options: Sequence[Thread]) -> int:
        """Pick whose turn it is."""
        wanted = next(self._order, None)
        for index, thread in enumerate(options):
            if thread.index == wanted:
                return index
        self._order = iter(())
        picked = self._then.pick(step, me, options)
        self.next_point = self._then.next_point
        return picked


def threads_of(steps: Iterable[Step]) -> list[int]:
    """Return which threads took these steps, in order."""
    return [step.thread for step in steps if step.thread != NOBODY]


def one_after_the_other(steps: Sequence[Step]) -> list[Step]:
    """Imagine the quiet run of a program of which another run was seen.

    Mostly a thread does the same in any order. So what one walk shows of each says which races
    there would be if each ran to its end in the order of creation, and nobody has to run that.
    Where a thread waits for one created later, that order cannot be followed to its end.
    """
    return sorted((step for step in steps if step.thread != NOBODY), key=lambda step: step.thread)


class Race(NamedTuple):
    """Two steps of a run that could have come the other way round, by their places in it."""

    earlier: int
    later: int


class Races:
    """The races of a run.

    Attributes:
        found: each of them, by the place of its later step.
    """

    def __init__(self, steps: Sequence[Step]) -> None:
        self._happened = HappensBefore(1 + max(threads_of(steps), default=NOBODY))
        self.found = [
            Race(earlier, later)
            for later, step in enumerate(steps)
            for earlier in self._happened.add(step)
            # What happens when nobody can go on cannot come earlier.
            if step.thread != NOBODY
        ]

    def steps(self, race: Race) -> tuple[Step, Step]:
        """Return the two steps of a race, the earlier one first."""
        steps = self._happened.steps
        return steps[race.earlier], steps[race.later]

    def reversed(self, race: Race) -> list[int]:
        """Return the order in which the later step and all that can be go before the earlier."""
        between = self._happened.independent_of(*race)
        return self._order([*range(race.earlier), *between, race.later])

    def overtaking(self, race: Race) -> list[int]:
        """Return the order in which the later step gets ahead by the shortest way.

        Of what lay between the two only what it needs comes before it, and right after it the
        earlier step's thread goes on: it finds the other one in the middle of something.
        """
        happened = self._happened
        clock = happened.clocks[race.later]
        needed = [each for each in happened.independent_of(*race) if happened.before(each, clock)]
        overtaken = happened.steps[race.earlier].thread
        return self._order([*range(race.earlier), *needed, race.later]) + [overtaken] * GOES_ON

    def _order(self, places: Iterable[int]) -> list[int]:
        return threads_of(self._happened.steps[place] for place in places)


_Known = tuple[int, int]
"""By what a step is known in another run: its thread, and its number there."""


class Untried:
    """The races of some runs of one program that nobody has seen the other way round.

    Where a thread does other things in another run, steps are taken for each other; that may cost
    a reversal, never a verdict.
    """

    def __init__(self) -> None:
        self._runs: list[Races] = []
        # Who came before whom.
        self._seen: set[tuple[_Known, _Known]] = set()

    def learn(self, steps: Sequence[Step]) -> None:
        """Take another run into account."""
        races = Races(steps)
        self._runs.append(races)
        self._seen.update(_known(races, race) for race in races.found)

    def latest(self) -> tuple[Races, list[Race]]:
        """Return the last run that has races left, and those; no races if there is none."""
        for races in reversed(self._runs):
            left = [race for race in races.found if _known(races, race)[::-1] not in self._seen]
            if left:
                return races, left
        return Races([]), []

    def try_now(self, races: Races, race: Race) -> None:
        """Note that a race of a run is being reversed."""
        self._seen.add(_known(races, race)[::-1])


def _known(races: Races, race: Race) -> tuple[_Known, _Known]:
    earlier, later = races.steps(race)
    return (earlier.thread, earlier.number), (later.thread, later.number)
