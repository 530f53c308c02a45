# SPDX-License-Identifier: GPL-2.0-only
"""Conflict-directed search: reverse one race of a run, perhaps one more of the run that gives.

The races of an execution are the places where another order leads to another behaviour: Flanagan,
Godefroid: Dynamic Partial-Order Reduction for Model Checking Software (POPL 2005), section 3.
That search is exhaustive and reverses the last ones first; this one draws. It starts from the
quiet default, in which races are few, since threads meet only where one ends and another begins.

A rehearsal under the quiet default shows its races, and one is drawn: everything that does not
depend on its earlier step goes first, then its later step, then the earlier one. Half of the
executions are that and nothing else; the others take it for a further rehearsal and reverse one of
its races too, and so on. A rehearsal that fails is no rehearsal: the execution repeats it.

Guarantees: the reversal of each of the m races of the quiet default is drawn with probability at
least 1/2m. An execution costs two to five runs of its program, three on average.
"""

from collections.abc import Sequence

from harness.footprint import NOBODY, Step
from harness.happens_before import HappensBefore
from harness.rehearsal import Rehearsing, Run
from harness.strategy import NEVER, Quiet
from harness.streams import Stream
from harness.threads import Thread

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


def reversals(steps: Sequence[Step]) -> list[list[int]]:
    """Return, for each race of a run, the order of threads that reverses it."""
    happened = HappensBefore(1 + max((step.thread for step in steps), default=NOBODY))
    orders = []
    for later, step in enumerate(steps):
        for earlier in happened.add(step):
            between = happened.independent_since(earlier)
            taken = [*range(earlier), *between, later, earlier]
            orders.append([steps[i].thread for i in taken if steps[i].thread != NOBODY])
    return orders


class Conflicts(Rehearsing):
    """Reverses a race or a few, drawn from rehearsals."""

    asks_on_growth = False

    def __init__(self, stream: Stream, length: int) -> None:
        self._stream = stream
        self._follow = Follow(())
        self.next_point = 0

    def rehearse(self, run: Run) -> None:
        """Draw what to reverse, one race after the other."""
        order: list[int] = []
        seen = run(Quiet())
        for _ in range(REVERSALS_MAX):
            if seen.failed:
                order = [step.thread for step in seen.steps if step.thread != NOBODY]
                break
            orders = reversals(seen.steps)
            if not orders:
                break
            order = self._stream.choose(orders)
            if self._stream.chance(50):
                break
            seen = run(Follow(order))
        self._follow = Follow(order)

    def begin(self, threads: Sequence[Thread]) -> None:
        """Nothing to learn."""

    def pick(self, step: int, me: Thread, options: Sequence[Thread]) -> int:
        """Pick whose turn it is."""
        picked = self._follow.pick(step, me, options)
        self.next_point = self._follow.next_point
        return picked
