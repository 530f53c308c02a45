# SPDX-License-Identifier: GPL-2.0-only
"""Fairness: an execution that is long goes on with everybody in turn.

A loop that looks again and again until another thread has done something is right, and ends, if
that thread gets its turn; a strategy that starves it makes a livelock of it. Musuvathi, Qadeer:
Fair Stateless Model Checking (PLDI 2008): only an execution that goes on for ever although nobody
is starved is a livelock. Here a strategy is unfair as long as it likes, which finds the races; past
a number of steps that few executions come to, the threads take turns. Who still comes to the step
bound goes round for ever.

It is for programs whose loops do not say what they wait for. One that does (`cpu_relax`) is judged
at once, by who can go on: see harness.primitives.spinning.
"""

from collections.abc import Sequence

from harness.engine import Rehearsed, Rehearsing, Run, Strategy, Thread, Touch, Welcoming, welcome
from harness.search.branch import Reducing

_TURN = 100
"""How many steps a turn has: long enough that a schedule has few of them, and a reader, too."""


def fairly(strategy: Strategy, since: int) -> Strategy:
    """Return a strategy that decides as another does, and fairly past so many steps."""
    if isinstance(strategy, Rehearsing):
        return _RehearsingFairly(strategy, since)
    return _Fairly(strategy, since)


class _Fairly(Welcoming):
    """Decides as another strategy does, and from some step on lets each thread have its turn."""

    def __init__(self, inner: Strategy, since: int) -> None:
        self._inner = inner
        self._since = since
        self._turn_ends = since
        self.asks_on_growth = inner.asks_on_growth
        self.next_point = 0

    def begin(self, threads: Sequence[Thread]) -> None:
        """Let the other strategy learn the threads."""
        self._inner.begin(threads)
        self.next_point = min(self._inner.next_point, self._since)

    def welcome(self, thread: Thread) -> None:
        """Let the other strategy learn a thread that was started just now."""
        welcome(self._inner, thread)

    def pick(self, step: int, me: Thread, options: Sequence[Thread]) -> int:
        """Pick as the other does; past its time, the next in turn."""
        if step < self._since:
            picked = self._inner.pick(step, me, options)
            self.next_point = min(self._inner.next_point, self._since)
            return picked
        is_over = step >= self._turn_ends
        if is_over:
            self._turn_ends = self.next_point = step + _TURN
        return 1 if is_over and options[0] is me and len(options) > 1 else 0


class _RehearsingFairly(_Fairly, Rehearsing):
    """The same of a strategy that wants to see its program run, which is then fair, too.

    Not so where it searches, as `conflicts` does: a search has to make its choices itself.
    """

    def __init__(self, inner: Strategy, since: int) -> None:
        super().__init__(inner, since)
        assert isinstance(inner, Rehearsing)
        self._rehearses: Rehearsing = inner

    def rehearse(self, run: Run) -> None:
        """Let the other strategy rehearse."""

        def run_fairly(other: Strategy, touches: list[Touch]) -> Rehearsed:
            searches = isinstance(other, Reducing)
            return run(other if searches else fairly(other, self._since), touches)

        self._rehearses.rehearse(run_fairly)
