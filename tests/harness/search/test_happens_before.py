# SPDX-License-Identifier: GPL-2.0-only
"""Is what happens before what, and what races, as defined; and does it cost the same everywhere?

The definitions are written out here as they stand in the papers, over all pairs of steps.
"""

import sys
from collections.abc import Callable, Sequence
from types import FrameType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.engine.threads import EVERYTHING, Gate, Operation, operation
from harness.schedule.footprint import NOBODY, Step
from harness.search.dependency import any_conflicting
from harness.search.happens_before import HappensBefore

THREADS = 3
TOUCHED = [operation(kind, "object", name) for name in "ab" for kind in ("read", "write", "use")]


class Opens(Gate):
    """A gate that somebody waits at."""

    shut = False
    idle = True

    def describe_wait(self) -> str:
        return "an example"


def taken(footprints: Sequence[tuple[int, tuple[Operation, ...]]]) -> list[Step]:
    """Number steps as their threads take them."""
    numbers = dict.fromkeys(range(NOBODY, THREADS), 0)
    steps = []
    for thread, touched in footprints:
        steps.append(Step(thread, numbers[thread], touched))
        numbers[thread] += 1
    return steps


def happened(steps: Sequence[Step]) -> HappensBefore:
    order = HappensBefore(THREADS)
    for step in steps:
        order.add(step)
    return order


standstills = st.just((NOBODY, (EVERYTHING,)))
ordinary = st.tuples(
    st.integers(0, THREADS - 1),
    st.lists(st.sampled_from(TOUCHED), min_size=1, max_size=3).map(tuple),
)
executions = st.lists(st.one_of(*[ordinary] * 9, standstills), min_size=1, max_size=14).map(taken)


def related(one: Step, other: Step) -> bool:
    same = one.thread == other.thread
    return same or any_conflicting(one.operations, other.operations)


def all_before(steps: Sequence[Step]) -> list[set[int]]:
    """For each step the earlier ones from which a chain of related pairs leads to it."""
    before: list[set[int]] = []
    for later, step in enumerate(steps):
        direct = {i for i in range(later) if related(steps[i], step)}
        before.append(direct.union(*(before[i] for i in direct)))
    return before


@given(executions)
@settings(max_examples=200, deadline=None)
def test_a_step_happens_after_what_a_chain_of_conflicts_leads_from(steps: list[Step]) -> None:
    order = happened(steps)
    for later, before in enumerate(all_before(steps)):
        clock = order.clocks[later]
        assert {i for i in range(later) if order.before(i, clock)} == before


@given(executions)
@settings(max_examples=200, deadline=None)
def test_steps_race_that_nothing_but_their_own_conflict_orders(steps: list[Step]) -> None:
    order, before = HappensBefore(THREADS), all_before(steps)
    for later, step in enumerate(steps):
        assert order.add(step) == [
            i
            for i in reversed(range(later))
            if steps[i].thread not in (step.thread, NOBODY)
            and i in before[later]
            and not any(i in before[k] and k in before[later] for k in range(i + 1, later))
        ]


@given(executions)
@settings(max_examples=200, deadline=None)
def test_the_initials_of_a_reversal_are_what_nothing_else_in_it_comes_before(
    steps: list[Step],
) -> None:
    *earlier, last = steps
    order, before = happened(earlier), all_before(steps)
    races, clock = order.races(last)
    for race in races:
        instead = [i for i in range(race + 1, len(earlier)) if race not in before[i]]
        instead.append(len(earlier))
        first = {steps[i].thread: i for i in reversed(instead)}
        initials = {thread for thread, i in first.items() if not before[i] & set(instead)}
        assert set(order.initials(race, last.thread, clock)) == initials


@given(executions, executions, st.integers(0, 14))
@settings(max_examples=100, deadline=None)
def test_what_is_forgotten_leaves_no_trace(
    steps: list[Step], others: list[Step], kept: int
) -> None:
    order = happened(steps)
    order.forget(kept)
    way = taken([(step.thread, step.operations) for step in [*steps[:kept], *others]])
    afresh = happened(way[: len(steps[:kept])])
    for step in way[len(steps[:kept]) :]:
        assert order.add(step) == afresh.add(step)
    assert order.clocks == afresh.clocks


def test_who_idles_competes_with_all_who_open_and_have_not_been_heard_of() -> None:
    waits = Operation("idle", "cpu", "cpu[0]", Opens())
    opens = Operation("send", "cpu", "cpu[0]")
    shuts = Operation("close", "cpu", "cpu[0]")
    steps = taken([(1, (opens,)), (2, (shuts,)), (1, (opens,)), (0, (waits,)), (1, (opens,))])
    order = happened(steps)
    assert order.races(Step(0, 1, (waits,)))[0] == [4]
    assert happened(steps[:3]).races(steps[3])[0] == [2, 1, 0]


# What it costs, in lines of code run.


def lines_run(action: Callable[[], object]) -> int:
    count = 0

    def trace(frame: FrameType, event: str, argument: Any) -> Any:
        nonlocal count
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        action()
    finally:
        sys.settrace(before)
    return count


READ, WRITE, USE = TOUCHED[:3]
WAIT = Operation("idle", "object", "a", Opens())
LONG: dict[str, Callable[[int], tuple[int, Operation]]] = {
    "spins on a word": lambda i: (i % 2, READ),
    "spins, with a write now and then": lambda i: (i % 2, READ if i % 50 else WRITE),
    "uses what was read for long": lambda i: (i % 2, READ if i < 50 else USE),
    "everybody writes": lambda i: (i % 3, WRITE),
    "waits beside who writes": lambda i: (1, WRITE) if i % 20 else (0, WAIT),
    "stands still often": lambda i: (i % 3, WRITE) if i % 10 else (NOBODY, EVERYTHING),
}


@pytest.mark.parametrize("what", LONG)
def test_a_step_of_a_long_execution_costs_no_more_than_one_of_a_short_one(what: str) -> None:
    order = HappensBefore(THREADS)
    costs = []
    for step in taken([(thread, (touched,)) for thread, touched in map(LONG[what], range(400))]):

        def add(step: Step = step) -> None:
            for race in order.add(step):
                order.initials(race, step.thread, order.clocks[-1])

        costs.append(lines_run(add))
    assert max(costs[300:]) <= 1.2 * max(costs[40:100])
