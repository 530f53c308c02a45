# SPDX-License-Identifier: GPL-2.0-only
"""When is a campaign too vacuous for a verdict: too few executions, or windows not crossed?"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from math import sqrt
from pathlib import Path

import pytest

from harness import OsThreads, Streams
from harness.search.strategies import MIXED
from stress.campaign.floors import too_few
from stress.campaign.plan import Plan
from stress.campaign.result import Result
from stress.executions.target import Target
from stress.jobs.work import Fact
from stress.reporting.summary import campaign_values, summary_text
from stress.reporting.verdict import of_campaign
from stress.scenarios import SCENARIOS, rates
from stress.scenarios.floors import DEVIATIONS, below
from stress.scenarios.scenario import Scenario
from stress.system import Exit
from tests.benchmarks.floors import measured
from vgic import WINDOWS, Parameters

MakeFact = Callable[..., Fact]
MakePlan = Callable[..., Plan]
NAME = "two_windows"
A_THOUSAND = 1000
"""So many executions of one strategy tell what is seldom crossed from what never is."""

TELLS_LATER = {"change_in_eoi_walk": 5 * A_THOUSAND}
"""The rarest of all takes more."""

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
    """Enter a scenario of 1,200 executions at least: floors of 75 and 25 % at 400 a strategy."""
    measured = {"overflow": {"random-walk": 90.0, "pct": 50.0}}
    monkeypatch.setitem(rates.RATES, NAME, measured)
    monkeypatch.setitem(SCENARIOS, NAME, Scenario(two_windows, length=10, executions_min=1200))


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
    (reason,) = too_few(this, crossed(random_walk=(600, 600), pct=(599, 599)))
    assert NAME in reason
    assert "1199" in reason
    assert "1200" in reason


def test_at_the_minimum_with_floors_met_there_is_a_verdict(
    this: Plan, crossed: Callable[..., Result]
) -> None:
    assert not too_few(this, crossed(random_walk=(800, 600), pct=(400, 100)))


@pytest.mark.parametrize(
    ("random_walk", "pct", "missed"),
    [(599, 200, "random-walk"), (600, 199, "pct"), (800, 0, "pct"), (0, 800, "random-walk")],
)
def test_a_floor_is_missed_by_one_strategy_whatever_the_other_did(
    this: Plan, crossed: Callable[..., Result], random_walk: int, pct: int, missed: str
) -> None:
    (reason,) = too_few(this, crossed(random_walk=(800, random_walk), pct=(800, pct)))
    assert missed in reason
    assert "overflow" in reason


def test_each_missed_floor_is_told(this: Plan, crossed: Callable[..., Result]) -> None:
    assert len(too_few(this, crossed(random_walk=(800, 0), pct=(800, 0)))) == 2


def test_a_strategy_that_was_not_used_has_no_floor_to_miss(
    this: Plan, crossed: Callable[..., Result]
) -> None:
    assert not too_few(this, crossed(pct=(1200, 300)))


def test_a_users_class_that_never_crosses_a_window_is_not_asked_for_it(
    plan: MakePlan, crossed: Callable[..., Result], tmp_path: Path
) -> None:
    file = tmp_path / "mine.py"
    file.write_text(NEVER_OVERFLOWS, "utf-8")
    mine, result = Target(f"{file}:Mine"), crossed(random_walk=(800, 0), pct=(800, 0))
    says = replace(result, never_crosses=mine.kernel.never_crosses)
    assert not too_few(plan(scenarios=[NAME], target=mine), says)
    assert too_few(plan(scenarios=[NAME], target=mine), result)
    assert too_few(plan(scenarios=[NAME]), result)


def test_another_scenarios_crossings_do_not_count(
    plan: MakePlan, fact: MakeFact, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(SCENARIOS, "other", Scenario(two_windows, 10, 1))
    others = [fact("other", index, windows=frozenset({"overflow"})) for index in range(50)]
    mine = [fact(NAME, index, strategy="pct") for index in range(1200)]
    (reason,) = too_few(plan(scenarios=[NAME, "other"]), result_of([*others, *mine]))
    assert NAME in reason


def test_one_execution_asked_for_is_enough_for_its_verdict(plan: MakePlan, fact: MakeFact) -> None:
    alone = plan(scenarios=[NAME], execution=17)
    assert not too_few(alone, result_of([fact(NAME, 17)]))


def test_a_right_class_of_a_users_may_cross_a_window_more_rarely_but_not_never(
    plan: MakePlan, crossed: Callable[..., Result], tmp_path: Path
) -> None:
    file = tmp_path / "mine.py"
    file.write_text(NEVER_OVERFLOWS.replace("never_crosses", "_never"), "utf-8")
    mine = plan(scenarios=[NAME], target=Target(f"{file}:Mine"))
    assert not too_few(mine, crossed(random_walk=(800, 1), pct=(400, 0)))
    assert not too_few(mine, crossed(random_walk=(800, 0), pct=(400, 1)))
    (reason,) = too_few(mine, crossed(random_walk=(800, 0), pct=(400, 0)))
    assert "never crossed in 1200 executions" in reason
    assert "never_crosses = frozenset({'overflow'})" in reason


def test_what_the_reference_seldom_crosses_is_asked_for_once_there_are_enough_executions(
    this: Plan, crossed: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(rates.RATES, NAME, {"overflow": {"random-walk": 10.0, "pct": 0.0}})
    assert not too_few(this, crossed(random_walk=(800, 0), pct=(400, 0)))
    assert too_few(this, crossed(random_walk=(1000, 0), pct=(400, 0)))
    assert not too_few(this, crossed(random_walk=(1000, 1), pct=(400, 0)))


def test_a_floor_is_ten_standard_deviations_below_the_rate() -> None:
    assert DEVIATIONS == 10
    assert below(90.0, 900) == pytest.approx(80.0)
    assert below(50.0, 100) == pytest.approx(0.0)
    assert below(3.0, 100) < 0
    assert below(3.0, 0) == 0


def test_rates_are_those_of_the_reference(carriers: OsThreads) -> None:
    """Measured again under another seed they are within five standard deviations."""
    for name in ("one_reroute", "migration_ping_pong"):
        for window, by_strategy in SCENARIOS[name].floors.rates.items():
            rate, many = by_strategy["random-walk"], 200
            crossed = measured(name, "random-walk", carriers, many, seed=5)[window]
            deviation = sqrt(rate * (100 - rate) / many)
            assert abs(100 * crossed / many - rate) < 5 * deviation, (name, window)


def test_rates_are_of_scenarios_and_windows_that_there_are() -> None:
    assert set(rates.RATES) - {NAME} == {scenario.name for scenario in SHIPPED}
    assert {window for each in rates.RATES.values() for window in each} <= set(WINDOWS)


def test_each_row_is_of_a_window_that_its_scenario_crosses() -> None:
    rows = {
        (name, window): rates_of
        for name, by_window in rates.RATES.items()
        for window, rates_of in by_window.items()
    }
    assert [row for row, rates_of in rows.items() if max(rates_of.values()) <= 0] == []


def test_every_scenario_states_floors_for_every_strategy_of_the_mix() -> None:
    for scenario in SHIPPED:
        assert scenario.executions_min > 0
        assert scenario.floors.rates
        for by_strategy in scenario.floors.rates.values():
            assert set(by_strategy) == set(MIXED)


@pytest.mark.parametrize(
    "window",
    [
        "queue_retry", "prune_recheck", "split", "arrival_with_overflow", "eoicount_of_two",
        "turned_back", "kick_in_flush", "migration", "two_prune_retries",
        "change_in_summary", "change_in_sort", "change_in_walk", "change_in_eoi_walk",
        "change_in_prune",
    ],
)  # fmt: skip
def test_what_the_model_is_about_is_crossed_in_some_scenario_or_there_is_no_verdict(
    window: str,
) -> None:
    floors = [
        scenario.floors.floor(window, "random-walk", TELLS_LATER.get(window, A_THOUSAND))
        for scenario in SHIPPED
        if window in scenario.floors.rates
    ]
    assert max(floors) > 0


def test_a_class_of_which_nothing_was_called_is_too_few_by_name(
    this: Plan, crossed: Callable[..., Result]
) -> None:
    result = crossed(random_walk=(800, 700), pct=(400, 300))
    result.overrides = ("vgic_prune_ap_list", "vgic_irq_cmp")
    (reason,) = too_few(this, result)
    assert "vgic_prune_ap_list, vgic_irq_cmp: never called in 1200 executions" in reason
    ended = of_campaign(result, [reason])
    assert (ended.code, ended.words) == (Exit.TOO_FEW, "nothing of the class was called")


def test_a_class_that_overrides_nothing_is_too_few(
    this: Plan, crossed: Callable[..., Result]
) -> None:
    result = crossed(random_walk=(800, 700), pct=(400, 300))
    result.changes_nothing = True
    (reason,) = too_few(this, result)
    assert "overrides nothing that the kernel calls" in reason
    assert of_campaign(result, [reason]).code is Exit.TOO_FEW


def test_a_class_of_which_something_was_called_is_judged_and_what_was_not_is_said(
    this: Plan, crossed: Callable[..., Result]
) -> None:
    result = crossed(random_walk=(800, 700), pct=(400, 300))
    result.overrides = ("vgic_prune_ap_list", "vgic_irq_cmp")
    result.called = {"vgic_prune_ap_list"}
    assert not too_few(this, result)
    assert "overrides that were never called: vgic_irq_cmp" in summary_text(this, result)
    values = campaign_values(this, result)
    assert values["overrides"] == {"vgic_prune_ap_list": True, "vgic_irq_cmp": False}


def test_what_was_crossed_each_time_when_it_was_measured_may_be_missed_now_and_then() -> None:
    for count in (50, 100, 400, A_THOUSAND):
        assert below(100.0, count) == below(99.0, count) < 98
    assert below(98.0, A_THOUSAND) < 98.0
