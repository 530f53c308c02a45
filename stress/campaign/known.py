# SPDX-License-Identifier: GPL-2.0-only
"""What is known before a campaign begins, and grows with it: a night consists of many campaigns.

How often each symptom was seen decides which failure is looked into, so a symptom that a night has
met a thousand times is not looked into again by each campaign of it. Orders of locks of one
campaign may close a cycle with those of another.
"""

from collections import Counter
from copy import deepcopy

from harness.detectors.lock_order import Learned, OrderGraph, Witnessed
from stress.findings import is_looked_into
from stress.jobs import Fact


class Known:
    """Symptoms and orders of locks, over the campaigns of one target.

    Attributes:
        failures: for each symptom, how many executions showed it.
        manners: each symptom that was seen, with each manner in which it failed.
        graph: the orders in which locks were taken, each with the execution that showed it first.
    """

    def __init__(self) -> None:
        self.failures: Counter[str] = Counter()
        self.manners: set[tuple[str, str]] = set()
        self.graph = OrderGraph()
        self._orders: set[tuple[Learned, ...]] = set()

    def copy(self) -> "Known":
        """Return the same, for a campaign that may not come to its end."""
        return deepcopy(self)

    def is_looked_into(self, fact: Fact) -> bool:
        """Count an execution; say whether it failed, and is to be looked into.

        So is the first that fails in another manner than those with its symptom before.
        """
        if fact.signature is None:
            return False
        self.failures[fact.signature] += 1
        is_new = (fact.signature, fact.manner) not in self.manners
        self.manners.add((fact.signature, fact.manner))
        return is_looked_into(self.failures[fact.signature]) or is_new

    def cycles(self, fact: Fact) -> list[list[Witnessed]]:
        """Add the orders of an execution; return the steps of each cycle that they close."""
        if fact.orders in self._orders:
            return []
        self._orders.add(fact.orders)
        closed = (self.graph.add(each, (fact.scenario, fact.index)) for each in fact.orders)
        return [steps for steps in closed if steps]
