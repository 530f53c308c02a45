# SPDX-License-Identifier: GPL-2.0-only
"""What a strategy is: it picks integers, and says when it next wants to be asked.

A scheduling point at which the strategy is not asked costs an increment and a compare, so a
strategy that seldom wants to be asked runs as fast on real threads as on greenlets. It is asked at
its published point, when the current thread cannot proceed or has ended and, if it says so, when
the set of enabled threads grew.
"""

from collections.abc import Sequence
from typing import Protocol

from harness.engine.threads import Thread

NEVER = 1 << 62


class Strategy(Protocol):
    """Decides the choices of one execution; a new one for each.

    Attributes:
        next_point: the step at or after which it wants to be asked, NEVER for not again.
        asks_on_growth: it also wants to be asked when a thread became enabled.
    """

    next_point: int
    asks_on_growth: bool

    def begin(self, threads: Sequence[Thread]) -> None:
        """Learn the threads of the execution, before its first step."""

    def pick(self, step: int, me: Thread, options: Sequence[Thread]) -> int:
        """Pick who goes next.

        Args:
            step: the number of the step about to be taken.
            me: the thread that stands at the scheduling point.
            options: the enabled threads, never empty. The first is the quiet default: `me`
                where it can proceed, else the next enabled one in cyclic creation order.

        Returns:
            An index into the options.
        """


class Welcoming:
    """A strategy that has something for each thread, also for those started inside an execution."""

    def welcome(self, thread: Thread) -> None:
        """Learn a thread that was started just now; it stands at the end of the creation order."""
        raise NotImplementedError


def welcome(strategy: Strategy, thread: Thread) -> None:
    """Have a strategy learn a thread that was started just now, if it wants to."""
    if isinstance(strategy, Welcoming):
        strategy.welcome(thread)


class Quiet:
    """The quiet default throughout: nobody is preempted."""

    next_point = NEVER
    asks_on_growth = False

    def begin(self, threads: Sequence[Thread]) -> None:
        """Nothing to learn."""

    def pick(self, step: int, me: Thread, options: Sequence[Thread]) -> int:
        """Go on, or take the next in creation order."""
        return 0
