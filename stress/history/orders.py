# SPDX-License-Identifier: GPL-2.0-only
"""The order of locks over many nights and machines: one order in March, its reverse in November.

A night puts its own executions together. Here its orders meet those of the nights before it, of the
same target, source and model; which night an order is from makes no difference to a deadlock.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from harness.detectors.lock_order import Learned, OrderGraph, Witnessed, inverted
from stress.history.night_records import Edge


class OrderOfLocks(Protocol):
    """An order of two locks, wherever it is written down."""

    @property
    def before(self) -> str:
        """The class that was held, with its subclass."""

    @property
    def after(self) -> str:
        """The class that was wanted."""

    @property
    def role(self) -> str:
        """The thread that did; "" if none did, and the order is documented."""

    @property
    def function(self) -> str:
        """The model function in which it did."""


def learned(order: OrderOfLocks) -> Learned:
    """Return an order as the detector has it."""
    return Learned(order.before, order.after, order.role, order.function)


@dataclass(frozen=True)
class LockCycle:
    """Orders of locks that close a circle only together.

    Attributes:
        identity: says which circle it is, whichever executions showed it.
        edges: its steps: the one that closed it, then the others as they lead back.
    """

    identity: str
    edges: tuple[Edge, ...]

    @property
    def tokens(self) -> tuple[str, ...]:
        """The executions that it takes, one for each step that is not documented."""
        return tuple(dict.fromkeys(edge.token for edge in self.edges if edge.role))


@dataclass(frozen=True)
class Across:
    """What the orders of one night are to those of earlier nights.

    Attributes:
        cycles: the circles that neither this night nor the earlier ones close alone.
        older: the circles that the earlier ones close. One of them has reported it, unless they
            are from several machines and have met only since.
    """

    cycles: tuple[LockCycle, ...]
    older: tuple[LockCycle, ...]


def across_nights(tonight: Sequence[Edge], earlier: Sequence[Edge]) -> Across:
    """Compare the orders of a night with those of earlier nights.

    Args:
        tonight: the orders of the night.
        earlier: those of earlier nights of the same target, source and model.
    """
    edges = [*earlier, *tonight]
    tonights = set(map(_order, tonight))
    graph = OrderGraph()
    cycles: dict[str, LockCycle] = {}
    older: dict[str, LockCycle] = {}
    for number, edge in enumerate(edges):
        steps = graph.add(learned(edge), ("", number))
        # What a night closes alone it has reported itself.
        alone = {_order(edges[each]) for _, (_, each) in steps} <= tonights
        if steps and number < len(earlier):
            cycle = _cycle(steps, edges)
            older.setdefault(cycle.identity, cycle)
        elif steps and not alone:
            cycle = _cycle(steps, edges)
            cycles.setdefault(cycle.identity, cycle)
    return Across(tuple(cycles.values()), tuple(older.values()))


def _cycle(steps: list[Witnessed], edges: Sequence[Edge]) -> LockCycle:
    return LockCycle(inverted(steps), tuple(edges[number] for _, (_, number) in steps))


def _order(edge: Edge) -> tuple[str, str]:
    return edge.before, edge.after
