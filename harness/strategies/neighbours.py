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

from collections.abc import Sequence

from harness.rehearsal import Rehearsing, Run
from harness.reversals import Follow, Race, Races, Untried, one_after_the_other
from harness.strategies.burst import Burst
from harness.strategies.random_walk import RandomWalk
from harness.strategy import Quiet, Strategy
from harness.streams import Stream
from harness.threads import Thread


class Neighbours(Rehearsing):
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
        walk = run(self._last, [])
        self._of_the_walk.learn(walk.steps)
        self._of_the_quiet_run.learn(one_after_the_other(walk.steps))
        failed = walk.failed
        for around in (self._latest, self._any, self._quiet):
            if failed:
                return
            self._last = around()
            seen = run(self._last, [])
            failed = seen.failed
        self._of_the_quiet_run.learn(seen.steps)
        self._last = self._quiet()

    def begin(self, threads: Sequence[Thread]) -> None:
        """Let the last run begin."""
        self._last.begin(threads)

    def pick(self, step: int, me: Thread, options: Sequence[Thread]) -> int:
        """Pick as the last run does."""
        picked = self._last.pick(step, me, options)
        self.next_point = self._last.next_point
        return picked

    def _latest(self) -> Strategy:
        races, left = self._of_the_walk.latest()
        at_random = RandomWalk(self._stream, self._length)
        if not left:
            return at_random
        race = max(left, key=lambda race: _promise(races, race))
        self._of_the_walk.try_now(races, race)
        return Follow(races.overtaking(race), at_random)

    def _any(self) -> Strategy:
        return self._drawn(self._of_the_walk, Burst(self._stream, self._length))

    def _quiet(self) -> Strategy:
        return self._drawn(self._of_the_quiet_run, Quiet())

    def _drawn(self, untried: Untried, then: Strategy) -> Strategy:
        """Draw a race; where all have been seen both ways round, walk again."""
        races, left = untried.latest()
        if not left:
            return RandomWalk(self._stream, self._length)
        race = self._stream.choose(left)
        untried.try_now(races, race)
        return Follow(races.reversed(race), then)


def _promise(races: Races, race: Race) -> tuple[bool, Race]:
    """Say how soon a race is to be reversed: over data, that is between steps that wait for nobody.

    Among those, and among the rest, the race whose earlier step is the latest goes first.
    """
    over_data = all(step.published.gate is None for step in races.steps(race))
    return over_data, race
