# SPDX-License-Identifier: GPL-2.0-only
"""How often a window has to be crossed at least for a scenario not to have been vacuous.

A floor is no standard for a kernel: it is derived from the rate at which the reference was measured
to cross a window (rates.py, by tests/benchmarks/floors.py) and lies ten standard deviations below
that at the least number of executions that gives a verdict. Where that is below zero the window has
to be crossed at all, once there are so many executions that zero is ten standard deviations away.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt

DEVIATIONS = 10
"""So many standard deviations lie between the reference's rate and the floor."""

SURE = 99.0
"""A rate above it is taken for it: what was always met when it was measured may be missed once."""


@dataclass(frozen=True)
class Floors:
    """The windows a scenario must cross, or its verdict is vacuous.

    Attributes:
        rates: for each window and strategy, in how many of a hundred executions the reference was
            measured to cross it.
        executions: how many executions of one strategy there are in the fewest that give a verdict.
    """

    rates: Mapping[str, Mapping[str, float]]
    executions: int

    def floor(self, window: str, strategy: str, count: int) -> float:
        """Return in how many of a hundred executions a window has to be crossed at least.

        Args:
            window: the window.
            strategy: the strategy.
            count: how many executions of it there were.
        """
        rate = self.rates[window].get(strategy, 0.0)
        lowest = below(rate, min(count, self.executions))
        if lowest > 0:
            return lowest
        return 100 / count if below(rate, count) > 0 else 0.0


def below(rate: float, executions: int) -> float:
    """Return a rate so many standard deviations below one that was measured, in per cent.

    Args:
        rate: the rate, in per cent.
        executions: in how many executions it is to be met; the deviation is that of a binomial
            distribution.
    """
    if not executions:
        return 0.0
    rate = min(rate, SURE)
    return rate - DEVIATIONS * sqrt(rate * (100 - rate) / executions)
