# SPDX-License-Identifier: GPL-2.0-only
"""Are behaviours counted rightly, and is what remains unseen estimated as Good and Turing say?

Exact where the number of behaviours is known: two threads of four conflicting writes have 70,
three of three have 1680, and PCT with two change points reaches 26 of the 70: with at most three
changes of thread there are 2 + 6 + 18.
"""

from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness import Cell, Execution, Ipi, Scheduler, Stream
from harness.search.behaviour import behaviour
from harness.search.saturation import Seen
from harness.search.strategies import STRATEGIES
from tests.programs.counted import own_cells, readers, writes

Program = Callable[[Scheduler], None]
Run = Callable[..., Execution]

BEHAVIOURS = st.lists(st.sampled_from("abcdefgh"), max_size=60)


def seen_by(run: Run, strategy: str, program: Program, length: int, executions: int) -> list[str]:
    found = []
    for index in range(executions):
        chosen = STRATEGIES[strategy](Stream("saturation", strategy, index), length)
        execution = run(program, chosen, listen=True)
        found.append(behaviour(execution.trace, execution.touches))
    return found


@given(BEHAVIOURS)
def test_the_estimate_is_a_probability_and_counts_what_was_seen_once(seen: list[str]) -> None:
    all_of_it = Seen(seen)
    assert 0 <= all_of_it.unseen <= all_of_it.unseen_at_most() <= 1
    assert all_of_it.executions == len(seen)
    assert all_of_it.distinct == len(set(seen))
    assert all_of_it.once == sum(seen.count(each) == 1 for each in set(seen))


@given(BEHAVIOURS)
def test_seeing_everything_again_leaves_nothing_unseen(seen: list[str]) -> None:
    assert Seen([*seen, *seen]).unseen == (0 if seen else 1)


@given(BEHAVIOURS, BEHAVIOURS)
def test_a_union_is_what_one_search_with_both_would_have_seen(
    some: list[str], others: list[str]
) -> None:
    union = Seen(some) | Seen(others)
    assert union.times == Seen([*some, *others]).times == (Seen(others) | Seen(some)).times


@given(BEHAVIOURS)
def test_adding_one_by_one_is_the_same_and_tells_what_is_new(seen: list[str]) -> None:
    one_by_one = Seen()
    new = sum(one_by_one.add(each) for each in seen)
    assert one_by_one.times == Seen(seen).times
    assert new == one_by_one.distinct


@given(BEHAVIOURS)
def test_growth_never_falls_and_ends_with_all(seen: list[str]) -> None:
    curve = Seen(seen).growth
    assert [count for _, count in curve] == sorted(count for _, count in curve)
    assert all(count == len(set(seen[:executions])) for executions, count in curve)
    assert curve[-1:] == ([(len(seen), len(set(seen)))] if seen else [])


def test_few_executions_bound_nothing() -> None:
    assert Seen(["a"] * 10).unseen == 0
    assert Seen(["a"] * 10).unseen_at_most() == 1
    assert Seen(["a"] * 100_000).unseen_at_most() < 0.04


@pytest.mark.parametrize("strategy", ["random-walk", "pos", "surw"])
def test_all_seventy_are_seen_and_nothing_is_left(run: Run, strategy: str) -> None:
    seen = Seen(seen_by(run, strategy, writes(2, 4), 10, 1200))
    assert seen.distinct == 70
    assert seen.unseen < 0.01


def test_pct_sees_26_of_seventy_and_would_call_itself_done(run: Run) -> None:
    pct = Seen(seen_by(run, "pct", writes(2, 4), 10, 1200))
    assert (pct.distinct, pct.unseen) == (26, 0)
    union = pct | Seen(seen_by(run, "random-walk", writes(2, 4), 10, 100))
    assert union.distinct > 40


def test_the_estimate_is_near_the_truth_where_that_is_known(run: Run) -> None:
    # SURW draws each of the 1680 equally often, so what is unseen is 1 - distinct/1680.
    seen = Seen(seen_by(run, "surw", writes(3, 3), 12, 1000))
    assert abs(seen.unseen - (1 - seen.distinct / 1680)) < 0.05


@pytest.mark.parametrize(("program", "count"), [(own_cells(2, 3), 1), (readers(3), 8)])
def test_the_order_of_independent_steps_is_no_behaviour(
    run: Run, program: Program, count: int
) -> None:
    assert len(set(seen_by(run, "random-walk", program, 8, 200))) == count


def test_it_takes_a_listener_to_see_that_an_interrupt_was_taken_between_two_sends(
    run: Run,
) -> None:
    def program(scheduler: Scheduler) -> None:
        ipi, cell = Ipi(scheduler, "0"), Cell(scheduler, "own", "0", 0)

        def takes() -> None:
            cell.read()
            ipi.take()

        scheduler.thread("takes", takes)
        scheduler.thread("sends", ipi.send)

    def behaviours(*, listen: bool) -> set[str]:
        strategies = (STRATEGIES["random-walk"](Stream("take", i), 5) for i in range(30))
        runs: Sequence[Execution] = [run(program, each, listen=listen) for each in strategies]
        return {behaviour(each.trace, each.touches) for each in runs}

    assert len(behaviours(listen=False)) == 1
    assert len(behaviours(listen=True)) == 2
