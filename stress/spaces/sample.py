# SPDX-License-Identifier: GPL-2.0-only
"""A sample of an exploration, run once more: code that draws at random explores nothing.

An exploration goes by what it has seen of each step. Where the same schedule leads somewhere else
the next time, what it calls complete is not, and mostly, but not always, it notices by itself.
"""

from collections.abc import Callable
from itertools import cycle, islice

from harness import Carriers, Execution, NotDeterministic, Scheduler, execute
from harness.schedule import StrictReplay
from stress.executions import outcome_text

_FIRST = 8
_EVERY = 64
_AT_LEAST = 16
"""The first executions and one in so many are in the sample, and so many are run at least."""


class Sample:
    """Some executions of an exploration."""

    def __init__(self) -> None:
        self._count = 0
        self._executions: list[Execution] = []

    def heard(self, execution: Execution) -> None:
        """Take an execution, if it is one of the first, or one in so many."""
        if self._count < _FIRST or self._count % _EVERY == 0:
            self._executions.append(execution)
        self._count += 1

    def must_come_out_alike(self, program: Callable[[Scheduler], None], carriers: Carriers) -> None:
        """Run the sample once more; a small one often enough to show anything.

        Raises:
            NotDeterministic: an execution comes out otherwise.
        """
        runs = max(_AT_LEAST, len(self._executions))
        for execution in islice(cycle(self._executions), runs):
            again = execute(program, StrictReplay(execution.deviations), carriers)
            if again.digest != execution.digest:
                raise NotDeterministic(
                    f"an explored schedule gave {outcome_text(execution)} and then "
                    f"{outcome_text(again)}"
                )
