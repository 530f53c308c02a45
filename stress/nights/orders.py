# SPDX-License-Identifier: GPL-2.0-only
"""The orders of locks, over the lanes of a night and over nights: two may close a circle.

Each order is kept with the token of an execution that shows it, so that a circle can be replayed
whichever nights, or machines, its steps are from.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from harness.detectors.lock_order import OrderGraph, inverted
from harness.search.strategies import PORTFOLIO
from stress.findings import Answer, Finding, Inquiry, circle
from stress.history import Edge, LockCycle, across_nights, learned
from stress.nights.earlier import earlier_findings
from stress.nights.entries import Leg, Met, Ordered, Orders
from stress.nights.holding import file_if_it_holds
from stress.nights.plan import name_of, source_of
from stress.nights.summing import in_order
from stress.nights.tonight import Tonight
from stress.system import logs

_Order = tuple[str, str]

STRATEGY = "lock orders"
"""What stands for the strategy of what no single execution shows."""


@dataclass
class OrderSeen:
    """An order: the first execution of the night that showed it, and the lanes of all, in order."""

    target: int
    first: Ordered
    lanes: list[int]


def put_orders_together(night: Tonight) -> None:
    """Give each order of the night a token, and look for circles that no lane has closed alone.

    Raises:
        OSError: something cannot be written.
    """
    if night.done(Orders):
        return
    edges: list[Edge] = []
    met: list[Met] = []
    bugs: list[str] = []
    for target in range(len(night.plan.targets)):
        seen = orders_seen(target, night.done(Leg))
        tonight = list(_with_tokens(night, target, seen))
        if night.interrupted():
            return
        edges += tonight
        met += _file_circles(night, target, _circles(night, target, seen, tonight), bugs)
    night.journal.add(Orders(edges, met, bugs))


def orders_seen(target: int, legs: Iterable[Leg]) -> dict[_Order, OrderSeen]:
    """Return the orders that legs have seen on a target, as it is placed in the plan."""
    seen: dict[_Order, OrderSeen] = {}
    for leg in in_order(leg for leg in legs if leg.target == target):
        for order in leg.orders:
            key = order.before, order.after
            seen.setdefault(key, OrderSeen(target, order, [])).lanes.append(leg.lane)
    return seen


def _earlier(night: Tonight, target: int) -> list[Edge]:
    """Return the orders that earlier nights have seen on a target, by this model."""
    where = night.where(target)
    return list(night.history.edges(where.target, where.source, where.model))


def _with_tokens(night: Tonight, target: int, seen: dict[_Order, OrderSeen]) -> Iterator[Edge]:
    """Yield the orders of a target, with the tokens they have from earlier nights or new ones."""
    plan = night.plan
    known = {(edge.before, edge.after): edge for edge in _earlier(night, target)}
    new = [each.first for key, each in seen.items() if key not in known and each.first.role]
    jobs = [
        Inquiry(
            n,
            plan.targets[target],
            plan.seed,
            PORTFOLIO,
            ((order.scenario, order.execution),),
            0,
            ((learned(order), (order.scenario, order.execution)),),
        )
        for n, order in enumerate(new)
    ]
    tokens = {
        (new[job.number].before, new[job.number].after): outcome.example.token
        for job, outcome in night.outcomes(jobs, night.interrupted)
        if isinstance(outcome, Answer)
    }
    for key, each in seen.items():
        if key in known:
            yield known[key]
        elif key in tokens or not each.first.role:
            yield _edge(night, each, tokens.get(key, ""))
        else:
            logs.warning(f"no execution shows {learned(each.first)} a second time")


def _edge(night: Tonight, seen: OrderSeen, token: str) -> Edge:
    kernel, order = night.plan.targets[seen.target], seen.first
    return Edge(
        target=name_of(kernel),
        source=source_of(kernel),
        before=order.before,
        after=order.after,
        role=order.role,
        function=order.function,
        token=token,
    )


def _circles(
    night: Tonight, target: int, seen: dict[_Order, OrderSeen], tonight: list[Edge]
) -> list[LockCycle]:
    """Return the circles that take several lanes, or several nights."""
    graph = OrderGraph()
    found: list[LockCycle] = []
    for number, edge in enumerate(tonight):
        steps = graph.add(learned(edge), ("", number))
        edges = tuple(tonight[each] for _, (_, each) in steps)
        lanes = [set(seen[each.before, each.after].lanes) for each in edges]
        # What a lane closes alone it has reported itself.
        if lanes and not set.intersection(*lanes):
            found.append(LockCycle(inverted(steps), edges))
    across = across_nights(tonight, _earlier(night, target))
    return [*found, *across.cycles, *_not_filed(night, target, across.older)]


def _not_filed(night: Tonight, target: int, circles: Iterable[LockCycle]) -> list[LockCycle]:
    """Return those circles of earlier nights that none of them has filed.

    Nights of several machines close one when they are merged, and no night was there to see it.
    """
    name = name_of(night.plan.targets[target])
    filed = {record.identity for record in earlier_findings(night) if record.target == name}
    return [each for each in circles if each.identity not in filed]


def _file_circles(
    night: Tonight, target: int, circles: list[LockCycle], bugs: list[str]
) -> list[Met]:
    """File the circles that hold; add to the bugs why others do not."""
    filing = night.filing(target)
    for each in circles:
        orders = [(learned(edge), (edge.target, 0)) for edge in each.edges]
        example = circle(orders, each.identity, each.tokens, night.plan.targets[target])
        finding = Finding("several executions", 0, STRATEGY, example)
        faults, wrong = file_if_it_holds(night, filing, target, finding)
        bugs += faults + wrong
    return filing.met
