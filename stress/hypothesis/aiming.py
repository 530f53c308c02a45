# SPDX-License-Identifier: GPL-2.0-only
"""Aiming: what Hypothesis is told of a machine, so that it climbs to rarer situations.

How far the executions of a machine came towards each window, all together, and in how many ways
they went: machines with more of either are varied further. It decides which machines are tried
next, never what comes of one.

Hypothesis climbs with half of its examples, and with few of them that is around one machine: it is
told only where there are many, as it recommends itself (docs/hypothesis.md has the figures).
"""

from contextlib import suppress

from hypothesis import currently_in_test_context, settings, target
from hypothesis.errors import InvalidArgument

from harness.search import behaviour
from stress.executions import Single
from vgic.judging import progress

EXAMPLES_MIN = 1_000
"""A test with fewer examples is not aimed."""
WINDOWS = "windows: steps towards all of them"
BEHAVIOURS = "behaviours of one machine"

_LISTENED_TO = 4
"""One in so many executions of a machine is."""


class Aim:
    """What the executions of one machine came through."""

    def __init__(self) -> None:
        self._wanted = currently_in_test_context() and _max_examples() >= EXAMPLES_MIN
        self._executions = 0
        self._reached: dict[str, int] = {}
        self._behaviours = set[str]()

    @property
    def listens(self) -> bool:
        """Whether the next execution has to say what its steps touch: that costs, so few do."""
        return self._wanted and self._executions % _LISTENED_TO == 0

    def saw(self, single: Single) -> None:
        """Take one execution into account."""
        if self.listens:
            execution = single.execution
            self._behaviours.add(behaviour(execution.trace, execution.touches))
        if self._wanted:
            for window, steps in progress(single.windows | single.steps):
                self._reached[window] = max(steps, self._reached.get(window, 0))
        self._executions += 1

    def take(self) -> None:
        """Tell Hypothesis; of several machines in one example it hears of the first."""
        if self._wanted:
            with suppress(InvalidArgument):
                target(sum(self._reached.values()), label=WINDOWS)
                if self._executions > 1:
                    target(len(self._behaviours), label=BEHAVIOURS)


def _max_examples() -> int:
    """Return how many examples the running test has."""
    default = settings.default
    return 0 if default is None else default.max_examples
