# SPDX-License-Identifier: GPL-2.0-only
"""When is a campaign too vacuous for a verdict: too few executions, or windows not crossed?"""

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from harness import Streams
from harness.search.strategies import MIXED
from stress.campaign.floors import too_few
from stress.campaign.plan import Plan
from stress.campaign.result import Result
from stress.executions.target import Target
from stress.jobs.work import Fact
from stress.scenarios import SCENARIOS
from stress.scenarios.scenario import Floors, Scenario
from vgic import Parameters

MakeFact = Callable[..., Fact]
MakePlan = Callable[..., Plan]
NAME = "two_windows"
NEVER_OVERFLOWS = """
class Mine:
    never_crosses = frozenset({"overflow"})

    def still_to_queue(self, irq, vcpu):
        return super().still_to_queue(irq, vcpu)
"""
SHIPPED = tuple(SCENARIOS.values())


def two_windows(streams: Streams) -> Parameters:
    raise NotImplementedError


@pytest.fixture(autouse=True)
def scenario(monkeypatch: pytest.MonkeyPatch) -> None:
    """Enter a scenario of twenty executions at least, and a floor for each strategy."""
    floors = Floors({"overflow": {"random-walk": 50.0, "pct": 20.0}})
    entry = Scenario(two_windows, length=10, executions_min=20, floors=floors)
    monkeypatch.setitem(SCENARIOS, NAME, entry)


def result_of(facts: Iterable[Fact]) -> Result:
    result = Result()
    for fact in facts:
        result.add(fact)
    return result


@pytest.fixture
def crossed(fact: MakeFact) -> Callable[..., Result]:
    """Return a maker of results: executions by strategy, of which so many crossed the window."""

    def make(**by_strategy: tuple[int, int]) -> Result:
        return result_of(
            fact(
                NAME,
                index,
                strategy=strategy.replace("_", "-"),
                windows=frozenset({"overflow"} if index < crossing else ()),
            )
            for strategy, (count, crossing) in by_strategy.items()
            for index in range(count)
        )

    return make


@pytest.fixture
def this(plan: MakePlan) -> Plan:
    """Return a plan of that scenario alone."""
    return plan(scenarios=[NAME])


def test_nothing_selected_is_too_few(this: Plan) -> None:
    assert too_few(this, Result())


def test_below_the_stated_minimum_is_too_few_though_windows_were_crossed(
    this: Plan, crossed: Callable[..., Result]
) -> None:
    (reason,) = too_few(this, crossed(random_walk=(10, 10), pct=(9, 9)))
    assert NAME in reason
    assert "19" in reason
    assert "20" in reason


def test_at_the_minimum_with_floors_met_there_is_a_verdict(
    this: Plan, crossed: Callable[..., Result]
) -> None:
    assert not too_few(this, crossed(random_walk=(10, 5), pct=(10, 2)))


@pytest.mark.parametrize(
    ("random_walk", "pct", "missed"),
    [(4, 2, "random-walk"), (5, 1, "pct"), (10, 0, "pct"), (0, 10, "random-walk")],
)
def test_a_floor_is_missed_by_one_strategy_whatever_the_other_did(
    this: Plan, crossed: Callable[..., Result], random_walk: int, pct: int, missed: str
) -> None:
    (reason,) = too_few(this, crossed(random_walk=(10, random_walk), pct=(10, pct)))
    assert missed in reason
    assert "overflow" in reason


def test_each_missed_floor_is_told(this: Plan, crossed: Callable[..., Result]) -> None:
    assert len(too_few(this, crossed(random_walk=(10, 0), pct=(10, 0)))) == 2


def test_a_strategy_that_was_not_used_has_no_floor_to_miss(
    this: Plan, crossed: Callable[..., Result]
) -> None:
    assert not too_few(this, crossed(pct=(20, 4)))


def test_a_users_class_that_never_crosses_a_window_is_not_asked_for_it(
    plan: MakePlan, crossed: Callable[..., Result], tmp_path: Path
) -> None:
    file = tmp_path / "mine.py"
    file.write_text(NEVER_OVERFLOWS, "utf-8")
    result = crossed(random_walk=(10, 0), pct=(10, 0))
    assert not too_few(plan(scenarios=[NAME], target=Target(f"{file}:Mine")), result)
    assert too_few(plan(scenarios=[NAME]), result)


def test_another_scenarios_crossings_do_not_count(
    plan: MakePlan, fact: MakeFact, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(SCENARIOS, "other", Scenario(two_windows, 10, 1, Floors({})))
    others = [fact("other", index, windows=frozenset({"overflow"})) for index in range(50)]
    mine = [fact(NAME, index) for index in range(20)]
    (reason,) = too_few(plan(scenarios=[NAME, "other"]), result_of([*others, *mine]))
    assert NAME in reason


def test_one_execution_asked_for_is_enough_for_its_verdict(plan: MakePlan, fact: MakeFact) -> None:
    alone = plan(scenarios=[NAME], execution=17)
    assert not too_few(alone, result_of([fact(NAME, 17)]))


def test_every_scenario_states_floors_for_every_strategy_of_the_mix() -> None:
    for scenario in SHIPPED:
        assert scenario.executions_min > 0
        assert scenario.floors.per_cent
        for floors in scenario.floors.per_cent.values():
            assert set(floors) == set(MIXED)


@pytest.mark.parametrize(
    "window",
    [
        "queue_retry", "prune_recheck", "split", "arrival_with_overflow", "eoicount_of_two",
        "aborted_entry_with_overflow", "migration", "two_prune_retries",
    ],
)  # fmt: skip
def test_what_the_model_is_about_is_crossed_in_some_scenario_or_there_is_no_verdict(
    window: str,
) -> None:
    floors = [scenario.floors.per_cent.get(window, {}) for scenario in SHIPPED]
    assert max((per_cent for each in floors for per_cent in each.values()), default=0.0) >= 2.0
