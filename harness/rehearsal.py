# SPDX-License-Identifier: GPL-2.0-only
"""Rehearsals: executions of the same program that a strategy sees before the one it decides.

Some strategies need to know the program: how many operations each thread has, or which of them
conflict. To learn that from earlier executions of a campaign would make an execution depend on
what ran before it, so it is learned anew each time, from the same program under schedules that
come from the same stream. That costs runs and keeps execution 17 independent of the others.

A rehearsal that fails is no rehearsal: it is the execution.
"""

from collections.abc import Callable
from typing import NamedTuple

from harness.footprint import Step
from harness.strategy import Strategy
from harness.trace import Touch


class Rehearsal(NamedTuple):
    """What was seen.

    Attributes:
        steps: the steps of the execution.
        failed: something was wrong with it, and the strategy is not asked for another one.
    """

    steps: list[Step]
    failed: bool


Run = Callable[[Strategy, list[Touch]], Rehearsal]
"""Runs the program under a strategy; what its steps touch goes into the list as they take place."""


class Rehearsing:
    """A strategy that wants to see its program run before it decides an execution."""

    def rehearse(self, run: Run) -> None:
        """Run the program under other strategies; called once, before `begin`."""
        raise NotImplementedError
