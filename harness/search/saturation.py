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
    def growth(self) -> list[tuple[int, int]]:
        """(executions, different behaviours among them), at powers of two and at the end."""
        now = (self.executions, self.distinct)
        at_the_end = [now] if self.executions and self._growth[-1] != now else []
        return [*self._growth, *at_the_end]

    def __or__(self, other: "Seen") -> "Seen":
        """Return what either has seen, the other after this one."""
        return Seen([*self.times.elements(), *other.times.elements()])

    @property
    def distinct(self) -> int:
        """How many different behaviours they showed."""
        return len(self.times)

    @property
    def once(self) -> int:
        """How many behaviours were seen in one execution only."""
        return sum(1 for times in self.times.values() if times == 1)

    @property
    def unseen(self) -> float:
        """The estimated probability, 0 to 1, that the next execution shows something new.

        Without any execution it is 1. Its expectation is off by no more than one execution's
        share: 1/executions.
        """
        return self.once / self.executions if self.executions else 1.0

    def unseen_at_most(self, confidence: float = 0.95) -> float:
        """Return an upper bound of that probability, 0 to 1, at this confidence.

        McAllester, Schapire: On the Convergence Rate of Good-Turing Estimators (COLT 2000),
        theorem 1: what keeps ten executions that saw one behaviour from being called saturated.
        """
        if not self.executions:
            return 1.0
        slack = (2 * sqrt(2) + sqrt(3)) * sqrt(log(3 / (1 - confidence)) / self.executions)
        return min(1.0, self.unseen + slack)
