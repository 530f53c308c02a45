# SPDX-License-Identifier: GPL-2.0-only
"""In which order do the executions of a seed stand, and is a short campaign a prefix of a long one?

Number g runs scenario g mod S, execution g div S.
"""

from collections.abc import Callable
from itertools import chain

from hypothesis import given, settings
from hypothesis import strategies as st

from stress.campaign import Plan
from stress.subject import Subject

MODEST = settings(max_examples=60, deadline=None)
SCENARIOS = st.lists(st.sampled_from("abcdefg"), unique=True, min_size=1).map(list)
COUNTS = st.integers(0, 300)


def plan_of(scenarios: list[str], executions: int) -> Plan:
    return Plan(Subject(), scenarios, seed=7, strategy="mix", executions=executions)


@MODEST
@given(SCENARIOS, COUNTS)
def test_execution_g_is_scenario_g_mod_s_and_index_g_div_s(names: list[str], count: int) -> None:
    expected = [(names[g % len(names)], g // len(names)) for g in range(count)]
    assert list(plan_of(names, count).items()) == expected


@MODEST
@given(SCENARIOS, COUNTS, COUNTS)
def test_a_shorter_plan_is_a_prefix_of_a_longer_one(names: list[str], n: int, m: int) -> None:
    short, long = sorted((n, m))
    assert list(plan_of(names, short).items()) == list(plan_of(names, long).items())[:short]


@MODEST
@given(SCENARIOS, COUNTS)
def test_batches_hold_every_execution_once_and_in_order(names: list[str], count: int) -> None:
    plan = plan_of(names, count)
    batches = list(plan.batches())
    assert all(batches)
    assert list(chain.from_iterable(batches)) == list(plan.items())


def test_one_execution_alone_is_that_one_of_each_scenario(plan: Callable[..., Plan]) -> None:
    alone = plan(scenarios=["a", "b"], execution=17)
    assert list(alone.items()) == [("a", 17), ("b", 17)]


def test_without_scenarios_or_executions_there_is_nothing_to_do(plan: Callable[..., Plan]) -> None:
    assert not list(plan(executions=0).batches())
    assert not list(plan(scenarios=[]).batches())
