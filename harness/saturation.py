# SPDX-License-Identifier: GPL-2.0-only
"""Saturation: how much of what a search can reach it has seen.

The chance that the next execution shows a behaviour not seen so far is estimated by the share of
executions whose behaviour was seen once only: Good: The Population Frequencies of Species and the
Estimation of Population Parameters (Biometrika 1953), after Turing. It speaks of the sampler and
not of the program: a strategy saturates what it reaches itself, so the figure is given for each
and for their union. Everything here is a function of the behaviours seen.
"""

from collections import Counter
from collections.abc import Iterable
from math import log, sqrt


class Seen:
    """The behaviours that some executions showed.

    Attributes:
        times: how often each behaviour was seen.
        executions: how many executions there were.
    """

    def __init__(self, behaviours: Iterable[str] = ()) -> None:
        self.times: Counter[str] = Counter()
        self.executions = 0
        self._growth: list[tuple[int, int]] = []
        for behaviour in behaviours:
            self.add(behaviour)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Seen) and (self.times, self.growth) == (other.times, other.growth)

    def add(self, behaviour: str) -> bool:
        """Take one execution into account; return whether it showed something new."""
        self.executions += 1
        self.times[behaviour] += 1
        if self.executions & (self.executions - 1) == 0:
            self._growth.append((self.executions, self.distinct))
        return self.times[behaviour] == 1

    @property
