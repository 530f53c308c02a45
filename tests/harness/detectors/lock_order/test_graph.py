# SPDX-License-Identifier: GPL-2.0-only
"""Is a cycle of lock orders told once, with the executions that show it and no others?"""

from harness.detectors.lock_order.graph import Learned, OrderGraph, inverted, witnesses

DOCUMENTED = Learned("a", "b", "", "the documented lock order")
FIRST = Learned("b", "c", "t0", "first")
SECOND = Learned("c", "a", "t1", "second")


def test_an_order_and_its_reverse_are_a_cycle_told_once() -> None:
    graph = OrderGraph()
    one, other = Learned("a", "b", "t0", "f"), Learned("b", "a", "t1", "g")
    assert graph.add(one, ("x", 3)) == []
    assert graph.add(one, ("x", 4)) == []
    steps = graph.add(other, ("y", 40_000))
    assert witnesses(steps) == (("y", 40_000), ("x", 3))
    assert inverted(steps) == "lock order across executions in f, g on a, b"
    assert graph.add(other, ("y", 40_001)) == []


def test_what_is_documented_closes_a_cycle_and_needs_no_execution() -> None:
    graph = OrderGraph()
    for number, orders in enumerate(((DOCUMENTED,), (DOCUMENTED, FIRST))):
        for learned in orders:
            assert graph.add(learned, ("x", number)) == []
    assert graph.add(DOCUMENTED, ("x", 2)) == []
    steps = graph.add(SECOND, ("x", 2))
    assert witnesses(steps) == (("x", 2), ("x", 1))
    assert inverted(steps) == "lock order across executions in first, second on a, b, c"
    assert str(steps[1][0]) == "a -> b  in the documented lock order"


def test_a_chain_that_leads_nowhere_back_is_none() -> None:
    graph = OrderGraph()
    ahead = Learned("a", "c", "t1", "second")
    for number, learned in enumerate((DOCUMENTED, FIRST, ahead)):
        assert graph.add(learned, ("x", number)) == []
