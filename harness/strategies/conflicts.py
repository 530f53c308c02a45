# SPDX-License-Identifier: GPL-2.0-only
"""Conflict-directed search: run quietly, and again with races of that run the other way round.

The races of an execution are the places where another order leads to another behaviour: Flanagan,
Godefroid: Dynamic Partial-Order Reduction for Model Checking Software (POPL 2005), section 3.
This search starts from the quiet default, in which races are few, since threads meet only where
one ends and another begins.

Half of the executions reverse the nearest races, the last ones first, a few runs long: that is how
the exhaustive search begins. The others draw: everything that does not depend on the race's earlier
step goes first, then its later step, then the earlier one. Half of those are that and nothing else;
the rest take it for a further rehearsal and reverse one of its races too, and so on.

Guarantees: the reversal of each of the m races of the quiet default is drawn with probability at
least 1/4m. An execution costs two to five runs of its program, four on average.
"""

from collections.abc import Iterable, Sequence

from harness.footprint import NOBODY, Step
from harness.happens_before import HappensBefore
from harness.reduction import branch_after
from harness.rehearsal import Rehearsing, Run
from harness.strategy import NEVER, Quiet
from harness.streams import Stream
from harness.threads import Thread

NEAREST = 5
REVERSALS_MAX = 4


class Follow:
    """Takes the threads in a given order, and the quiet default where that ends or cannot be."""

    asks_on_growth = False

    def __init__(self, order: Sequence[int]) -> None:
        self._order = iter(order)
        self.next_point = 0

    def begin(self, threads: Sequence[Thread]) -> None:
        """Nothing to learn."""

    def pick(self, step: int, me: Thread, options: Sequence[Thread]) -> int:
        """Pick whose turn it is."""
        wanted = next(self._order, None)
        for index, thread in enumerate(options):
            if thread.index == wanted:
                return index
        self._order = iter(())
        self.next_point = NEVER
        return 0


def threads_of(steps: Iterable[Step]) -> list[int]:
    """Return which threads took these steps, in order."""
    return [step.thread for step in steps if step.thread != NOBODY]


class Races:
    """The races of a run.

    Attributes:
        found: the places of the two steps of each.
    """

    def __init__(self, steps: Sequence[Step]) -> None:
        self._happened = HappensBefore(1 + max(threads_of(steps), default=NOBODY))
        self.found = [
            (earlier, later)
            for later, step in enumerate(steps)
            for earlier in self._happened.add(step)
        ]

    def reversed(self, earlier: int, later: int) -> list[int]:
        """Return the order of threads that leads to the later step of a race coming first."""
        between = self._happened.independent_of(earlier, later)
        taken = [*range(earlier), *between, later, earlier]
        return threads_of(self._happened.steps[index] for index in taken)


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
        seen = run(Quiet(), [])
        for _ in range(REVERSALS_MAX):
            races = Races(seen.steps)
            if seen.failed or not races.found:
                break
            order = races.reversed(*self._stream.choose(races.found))
            if self._stream.chance(50):
                break
            seen = run(Follow(order), [])
        return order

    def begin(self, threads: Sequence[Thread]) -> None:
        """Nothing to learn."""

    def pick(self, step: int, me: Thread, options: Sequence[Thread]) -> int:
        """Pick whose turn it is."""
        picked = self._follow.pick(step, me, options)
        self.next_point = self._follow.next_point
        return picked
