# SPDX-License-Identifier: GPL-2.0-only
"""In which order do the executions of a seed stand, and is a short campaign a prefix of a long one?

Number g runs scenario g mod S; without a portfolio it is execution g div S.
"""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.search.strategies import ARMS
from stress.campaign.order import Item, Order
from stress.campaign.portfolio import EPOCH

Choice = Callable[[list[str]], dict[str, tuple[str, ...]]]
MODEST = settings(max_examples=60, deadline=None)
SCENARIOS = st.lists(st.sampled_from("abcdefg"), unique=True, min_size=1).map(list)
COUNTS = st.integers(0, 300)
POS = ARMS.index("pos")


def portfolios(names: list[str]) -> dict[str, tuple[str, ...]]:
    """Return a portfolio for each scenario."""
    return dict.fromkeys(names, ARMS)


def nothing(names: list[str]) -> dict[str, tuple[str, ...]]:
    """Return no portfolios: one strategy, or a mix."""
    return {}


def showed(item: Item) -> str:
    """Return a behaviour: POS finds a new one each time, the others never."""
    name, number = item
    return f"{name} {number}" if number % len(ARMS) == POS else name


def all_of(order: Order, batch: int = 7) -> list[Item]:
    """Take everything there is, learning each batch when it has been taken."""
    taken: list[Item] = []
    while not order.over:
        items = order.take(batch)
        assert items, "an order that is not over has something for who has learned all"
        for item in items:
            order.learn(item, showed(item))
        taken += items
    assert order.take(1) == ()
    return taken


@MODEST
@given(SCENARIOS, COUNTS)
def test_execution_g_is_scenario_g_mod_s_and_index_g_div_s(names: list[str], count: int) -> None:
    expected = [(names[g % len(names)], g // len(names)) for g in range(count)]
    assert all_of(Order(names, {}, count)) == expected


@MODEST
@given(SCENARIOS, COUNTS, COUNTS, st.sampled_from([nothing, portfolios]))
def test_a_shorter_campaign_is_a_prefix_of_a_longer_one(
    names: list[str], n: int, m: int, choice: Choice
) -> None:
    short, long = sorted((n, m))
    taken = all_of(Order(names, choice(names), long))
    assert all_of(Order(names, choice(names), short)) == taken[:short]


@MODEST
@given(SCENARIOS, st.integers(1, 50), st.integers(1, 50))
def test_the_size_of_batches_does_not_change_the_order(names: list[str], n: int, m: int) -> None:
    one, other = (all_of(Order(names, portfolios(names), 400), batch) for batch in (n, m))
    assert one == other


def test_no_execution_is_run_twice_and_each_strategy_takes_its_numbers_in_turn() -> None:
    taken = all_of(Order(["a"], portfolios(["a"]), 20 * EPOCH))
    assert len(set(taken)) == len(taken)
    for arm in range(len(ARMS)):
        numbers = [number for _, number in taken if number % len(ARMS) == arm]
        assert numbers == list(range(arm, arm + len(ARMS) * len(numbers), len(ARMS)))


def test_a_portfolio_that_has_to_learn_first_hands_out_less() -> None:
    order = Order(["a"], portfolios(["a"]), 1000)
    taken = order.take(1000)
    assert 0 < len(taken) < 1000
    assert order.take(1) == ()
    for item in taken:
        order.learn(item, None)
    assert order.take(1)


def test_one_execution_alone_is_that_one_of_each_scenario() -> None:
    names = ["a", "b"]
    for choice in (nothing, portfolios):
        order = Order(names, choice(names), 12_000, execution=17)
        assert order.take(9) == (("a", 17), ("b", 17))
        assert order.over


def test_without_a_limit_there_is_no_end() -> None:
    names = ["a", "b"]
    order = Order(names, {}, None)
    assert len(order.take(5_001)) == 5_001
    assert not order.over
    assert order.take(1) == (("b", 2_500),)


@pytest.mark.parametrize(("names", "count"), [(["a"], 0), ([], 12), ([], None)])
def test_without_scenarios_or_executions_there_is_nothing_to_do(
    names: list[str], count: int | None
) -> None:
    assert Order(names, portfolios(names), count).over
