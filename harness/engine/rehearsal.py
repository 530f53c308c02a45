# SPDX-License-Identifier: GPL-2.0-only
"""Rehearsals: executions of the same program that a strategy sees before the one it decides.

Some strategies need to know the program: how many operations each thread has, or which of them
conflict. To learn that from earlier executions of a campaign would make an execution depend on
what ran before it, so it is learned anew each time, from the same program under schedules that
come from the same stream. That costs runs and keeps execution 17 independent of the others.

A rehearsal that fails is no rehearsal: it is the execution. The strategy that asked for it learns
nothing of it, so no run is analysed before it is known that nothing was wrong with it.
"""

from collections.abc import Callable
from typing import NamedTuple

from harness.engine.strategy import Strategy
from harness.engine.trace import Entry, Touch


class Rehearsed(NamedTuple):
    """What a rehearsal has shown.

    Attributes:
        trace: what happened, in order.
        touches: what its steps touched beyond what they published.
    """

    trace: list[Entry]
    touches: list[Touch]


Run = Callable[[Strategy, list[Touch]], Rehearsed]
"""Runs the program under a strategy and returns what happened, if nothing was wrong; else it does
not return. What the steps touch goes into the list as they take place."""


class Rehearsing:
    """A strategy that wants to see its program run before it decides an execution."""

    def rehearse(self, run: Run) -> None:
        """Run the program under other strategies; called once, before `begin`."""
        raise NotImplementedError
