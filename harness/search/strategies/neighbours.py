# SPDX-License-Identifier: GPL-2.0-only
"""Neighbours: a random walk, and runs around it that differ in one race.

Two random walks over a small program often come to the same behaviour, and a bug that needs one
order out of very many is met by none. Each run around a walk has a race the other way round; there
are few races, and so the program is soon seen from all sides. After Flanagan, Godefroid: Dynamic
Partial-Order Reduction for Model Checking Software (POPL 2005), for a few branches, from another
root each time.

What comes after the reversal is as different as can be:
  * the race whose earlier step is the latest, over data if there is one, since it is what no lock
    guards that is wrong: who was overtaken goes on at once, and then everybody at random;
  * any race of the walk, and then bursts;
  * a race of the quiet run, so far as the walk lets it be imagined, and then quiet: one thread gets
    through all it has to do in the middle of another; and once more, a race of that run.

Guarantees: no race of the walk is reversed twice, and none of the quiet run. An execution costs
five runs.
"""

from collections.abc import Callable, Sequence

from harness.engine import Quiet, Rehearsing, Run, Strategy, Stream, Thread, Welcoming, welcome
from harness.schedule import steps_of
from harness.search.reversals import Follow, Race, Races, Untried, one_after_the_other
from harness.search.strategies.burst import Burst
from harness.search.strategies.random_walk import RandomWalk


class Neighbours(Rehearsing, Welcoming):
    """A walk through the neighbourhood of a random walk."""

    asks_on_growth = False

    def __init__(self, stream: Stream, length: int) -> None:
        self._stream = stream
        self._length = length
        self._of_the_walk = Untried()
        self._of_the_quiet_run = Untried()
        self._last: Strategy = RandomWalk(stream, length)
        self.next_point = 0

    def rehearse(self, run: Run) -> None:
        """Walk, and run what is around the walk, all but the last."""
        walk = steps_of(*run(self._last, []))
        self._of_the_walk.learn(walk)
        self._of_the_quiet_run.learn(one_after_the_other(walk))
        run(self._latest(), [])
        run(self._any(), [])
        self._of_the_quiet_run.learn(steps_of(*run(self._quiet(), [])))
        self._last = self._quiet()

    def begin(self, threads: Sequence[Thread]) -> None:
        """Let the last run begin."""
        self._last.begin(threads)

    def welcome(self, thread: Thread) -> None:
        """Let the last run learn a thread that was started inside it."""
        welcome(self._last, thread)

    def pick(self, step: int, me: Thread, options: Sequence[Thread]) -> int:
        """Pick as the last run does."""
        picked = self._last.pick(step, me, options)
        self.next_point = self._last.next_point
        return picked

    def _latest(self) -> Strategy:
        at_random = RandomWalk(self._stream, self._length)
        return self._reversing(self._of_the_walk, _latest_over_data, Races.overtaking, at_random)

    def _any(self) -> Strategy:
        bursts = Burst(self._stream, self._length)
        return self._reversing(self._of_the_walk, self._drawn, Races.reversed, bursts)

    def _quiet(self) -> Strategy:
        return self._reversing(self._of_the_quiet_run, self._drawn, Races.reversed, Quiet())

    def _drawn(self, races: Races, left: Sequence[Race]) -> Race:
        return self._stream.choose(left)

    def _reversing(
        self,
        untried: Untried,
        choose: Callable[[Races, Sequence[Race]], Race],
        order: Callable[[Races, Race], list[int]],
        then: Strategy,
    ) -> Strategy:
        """Reverse a race and go on; where all have been seen both ways round, walk again."""
        races, left = untried.latest()
        if not left:
            return RandomWalk(self._stream, self._length)
        race = choose(races, left)
        untried.try_now(races, race)
        return Follow(order(races, race), then)


def _latest_over_data(races: Races, left: Sequence[Race]) -> Race:
    """Choose the race whose earlier step is the latest; one over data if there is any.

    Over data is what lies between two steps that wait for nobody.
    """

    def promise(race: Race) -> tuple[bool, Race]:
        return all(step.published.gate is None for step in races.steps(race)), race

    return max(left, key=promise)
