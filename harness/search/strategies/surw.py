# SPDX-License-Identifier: GPL-2.0-only
"""SURW: selectively uniform random walk, over the orders of the operations that matter.

Zhao, Wolff, Mathur, Roychoudhury: Selectively Uniform Concurrency Testing (ASPLOS 2025), section
3. A walk is uniform over all interleavings if each thread is taken in proportion to the operations
it has left. Selectively: only some operations are interesting; which thread does the next of them
is drawn in that proportion, and until it has, the others' interesting operations wait. Everything
else goes at random. What is interesting is drawn for each execution: everything done to the
objects over which threads conflict, or to one of them.

The counts are those of a rehearsal under the quiet default, so they are exact where a thread
does the same under every schedule and depend on no earlier execution.

Guarantees: with exact counts and where nobody blocks, every order of the interesting operations
is equally likely. Every schedule has some probability, whatever the counts.
"""

from collections.abc import Sequence
from itertools import accumulate, combinations

from harness.engine import Quiet, Rehearsing, Run, Stream, Thread, Welcoming
from harness.schedule import Step, steps_of
from harness.search.dependency import conflicting


def contended(steps: Sequence[Step]) -> list[str]:
    """Return the objects over which published operations of different threads conflict."""
    done: dict[str, dict[tuple[int, str], Step]] = {}
    for step in steps:
        published = step.published
        if published.name:
            done.setdefault(published.name, {})[step.thread, published.kind] = step
    return [
        name
        for name, each in done.items()
        if any(
            one.thread != other.thread and conflicting(one.published, other.published)
            for one, other in combinations(each.values(), 2)
        )
    ]


class Surw(Rehearsing, Welcoming):
    """Draws who does the next interesting operation by how many each has left."""

    next_point = 0
    asks_on_growth = False

    def __init__(self, stream: Stream, length: int) -> None:
        self._stream = stream
        self._interesting: set[str] = set()
        self._steps: list[Step] = []
        self._left: list[int] = []
        self._threads: Sequence[Thread] = ()
        self._intended: Thread | None = None

    def rehearse(self, run: Run) -> None:
        """Count the operations of each thread, and draw which are interesting."""
        self._steps = steps_of(*run(Quiet(), []))
        objects = contended(self._steps)
        if objects and self._stream.chance(50):
            objects = [self._stream.choose(objects)]
        self._interesting = set(objects)

    def begin(self, threads: Sequence[Thread]) -> None:
        """Draw who does the first interesting operation."""
        self._threads = threads
        self._left = [0] * max(len(threads), *(step.thread + 1 for step in self._steps), 1)
        for step in self._steps:
            if step.published.name in self._interesting:
                self._left[step.thread] += 1
        self._intended = self._draw(threads)

    def welcome(self, thread: Thread) -> None:
        """Count what a thread started inside the execution has left, if none did so before."""
        self._left += [0] * (thread.index + 1 - len(self._left))

    def pick(self, step: int, me: Thread, options: Sequence[Thread]) -> int:
        """Pick any whose operation is not interesting, or who is to do the next that is."""
        if self._intended is not None and self._intended.finished:
            self._intended = self._draw(self._threads)
        may_go = [i for i, thread in enumerate(options) if self._may_go(thread)]
        if not may_go:
            # Who was to go is blocked, or did less than in the rehearsal.
            self._intended = self._draw(options)
            may_go = [i for i, thread in enumerate(options) if self._may_go(thread)]
        picked = self._stream.choose(may_go) if len(may_go) > 1 else may_go[0]
        chosen = options[picked]
        if chosen.op.name in self._interesting:
            self._left[chosen.index] = max(0, self._left[chosen.index] - 1)
            self._intended = self._draw(self._threads)
        return picked

    def _may_go(self, thread: Thread) -> bool:
        return thread.op.name not in self._interesting or thread is self._intended

    def _draw(self, threads: Sequence[Thread]) -> Thread | None:
        """Draw one of the threads by what it has left; who stands there has at least one."""
        weights = [self._weight(thread) for thread in threads]
        total = sum(weights)
        if not total:
            return None
        drawn = self._stream.pick(total)
        return next(
            thread
            for thread, upto in zip(threads, accumulate(weights), strict=True)
            if drawn < upto
        )

    def _weight(self, thread: Thread) -> int:
        if thread.finished:
            return 0
        return max(self._left[thread.index], int(thread.op.name in self._interesting))
