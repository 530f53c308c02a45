# SPDX-License-Identifier: GPL-2.0-only
"""Conflict-directed search: run quietly, and again with races of that run the other way round.

The races of an execution are the places where another order leads to another behaviour: Flanagan,
Godefroid: Dynamic Partial-Order Reduction for Model Checking Software (POPL 2005), section 3.
This search starts from the quiet default, in which races are few, since threads meet only where
one ends and another begins.

Half of the executions reverse the nearest races, the last ones first, a few runs long: that is how
the exhaustive search begins. The others draw: everything that does not depend on the race's earlier
step goes first, then its later step; half of them let the earlier one follow at once. Half are that
and nothing else; the rest take it for a further rehearsal and reverse one of its races too, and so
on.

Guarantees: the reversal of each of the m races of the quiet default is drawn with probability at
least 1/4m. An execution costs two to five runs of its program, four on average.
"""

from collections.abc import Sequence

from harness.engine import Rehearsing, Run, Stream, Thread
from harness.schedule import steps_of
from harness.search.reduction import branch_after
from harness.search.reversals import Follow, Races

NEAREST = 5
REVERSALS_MAX = 4


class Conflicts(Rehearsing):
    """Reverses a race or a few, drawn from rehearsals."""

    asks_on_growth = False

    def __init__(self, stream: Stream, length: int) -> None:
        self._stream = stream
        self._follow = Follow(())
        self.next_point = 0

    def rehearse(self, run: Run) -> None:
        """Reverse the nearest races one after the other, or drawn ones one upon the other."""
        if self._stream.chance(50):
            self._follow = Follow(branch_after(NEAREST, run))
        else:
            self._follow = Follow(self._drawn(run))

    def _drawn(self, run: Run) -> list[int]:
        order: list[int] = []
        for _ in range(REVERSALS_MAX):
            races = Races(steps_of(*run(Follow(order), [])))
            if not races.found:
                break
            race = self._stream.choose(races.found)
            order = races.reversed(race)
            if self._stream.chance(50):
                order.append(races.steps(race)[0].thread)
            if self._stream.chance(50):
                break
        return order

    def begin(self, threads: Sequence[Thread]) -> None:
        """Nothing to learn."""

    def pick(self, step: int, me: Thread, options: Sequence[Thread]) -> int:
        """Pick whose turn it is."""
        picked = self._follow.pick(step, me, options)
        self.next_point = self._follow.next_point
        return picked
