# SPDX-License-Identifier: GPL-2.0-only
"""POS: partial order sampling, a random priority for each operation instead of each thread.

Yuan, Yang, Gu: Partial Order Aware Concurrency Sampling (CAV 2018), section 3. Every pending
operation has a random priority and the highest goes. An operation that races with the one just
done draws again, since its priority has already decided a race.

Guarantees: the order of operations that do not race costs nothing. Where one thread has k
operations of its own before it can win a race, a random walk lets it win with a probability that
falls exponentially in k, POS with one of order 1/k.
"""

from collections.abc import Sequence

from harness.engine import Stream, Thread, Welcoming
from harness.search.dependency import conflicting


class Pos(Welcoming):
    """Does the pending operation of highest priority."""

    next_point = 0
    asks_on_growth = False

    def __init__(self, stream: Stream, length: int) -> None:
        self._word = stream.word
        self._threads: Sequence[Thread] = ()
        self._priorities: list[int] = []

    def begin(self, threads: Sequence[Thread]) -> None:
        """Give each thread's first operation a priority."""
        self._threads = threads
        self._priorities = [self._word() for _ in threads]

    def welcome(self, thread: Thread) -> None:
        """Give the first operation of a thread started inside the execution a priority."""
        self._priorities.append(self._word())

    def pick(self, step: int, me: Thread, options: Sequence[Thread]) -> int:
        """Pick the highest priority, after `me` has drawn one for its new operation."""
        priorities = self._priorities
        if me.index >= 0:
            priorities[me.index] = self._word()
        best = 0
        for i in range(1, len(options)):
            if priorities[options[i].index] > priorities[options[best].index]:
                best = i
        chosen = options[best]
        for thread in self._threads:
            if thread is not chosen and not thread.finished and conflicting(thread.op, chosen.op):
                priorities[thread.index] = self._word()
        return best
