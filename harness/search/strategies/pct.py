# SPDX-License-Identifier: GPL-2.0-only
"""PCT: probabilistic concurrency testing with d - 1 priority change points.

Burckhardt, Kothari, Musuvathi, Nagarakatte: A Randomized Scheduler with Probabilistic Guarantees
of Finding Bugs (ASPLOS 2010), section 3. Threads get random distinct priorities of at least d;
the enabled thread of highest priority runs; at each of d - 1 random steps the thread about to run
drops to a priority below d of its own. One execution finds a bug of depth d with probability at
least 1/(n * k**(d-1)), for n threads and k steps. k is fixed for a scenario: were it learned on
the way, an execution would depend on those before it.
"""

from collections.abc import Sequence

from harness.engine import NEVER, Stream, Thread, Welcoming

DEPTH = 3


class Pct(Welcoming):
    """Runs the highest priority, with depth - 1 changes along the way."""

    asks_on_growth = True

    def __init__(self, stream: Stream, length: int, *, depth: int = DEPTH) -> None:
        """Draw the change points.

        Args:
            stream: where the choices come from.
            length: the steps of a usual execution, the paper's k.
            depth: the depth of the bugs looked for, the paper's d.
        """
        self._stream = stream
        self._depth = depth
        # The i-th change point drawn, from 1, lowers to priority i, whichever comes first.
        self._changes = sorted((stream.between(1, length), i) for i in range(1, depth))
        self._priorities: list[int] = []
        self.next_point = self._next_change()

    def begin(self, threads: Sequence[Thread]) -> None:
        """Give every thread a priority from d upward, in random order."""
        self._priorities = [self._depth + i for i in range(len(threads))]
        for i in range(len(threads) - 1, 0, -1):
            j = self._stream.pick(i + 1)
            self._priorities[i], self._priorities[j] = self._priorities[j], self._priorities[i]

    def welcome(self, thread: Thread) -> None:
        """Give a thread that was started inside the execution a place among the others."""
        place = self._depth + self._stream.pick(len(self._priorities) + 1)
        self._priorities = [each + (each >= place) for each in self._priorities]
        self._priorities.append(place)

    def pick(self, step: int, me: Thread, options: Sequence[Thread]) -> int:
        """Pick the highest priority, after any change due at this step."""
        best = self._highest(options)
        while self._changes and step >= self._changes[0][0]:
            _, priority = self._changes.pop(0)
            self._priorities[options[best].index] = priority
            best = self._highest(options)
        self.next_point = self._next_change()
        return best

    def _next_change(self) -> int:
        return self._changes[0][0] if self._changes else NEVER

    def _highest(self, options: Sequence[Thread]) -> int:
        priorities = self._priorities
        best = 0
        for i in range(1, len(options)):
            if priorities[options[i].index] > priorities[options[best].index]:
                best = i
        return best
