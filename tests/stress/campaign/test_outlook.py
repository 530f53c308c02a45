# SPDX-License-Identifier: GPL-2.0-only
"""Is it said at the start, and only then, that a plan hardly comes to a verdict?"""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import pytest

from harness.search.strategies import DESCRIPTIONS
from stress.campaign.floors import executions_needed
from stress.campaign.outlook import RACES_COST, RATE, least_executions, outlook
from stress.campaign.plan import Plan
from stress.executions.target import Target
from stress.inputs import EXECUTIONS
from stress.scenarios import SCENARIOS, SHIPPED

MakePlan = Callable[..., Plan]


@pytest.mark.parametrize("strategy", ["portfolio", "mix", "pct"])
@pytest.mark.parametrize("names", [list(SCENARIOS), ["one_disable", "random_program"], []])
def test_the_least_is_what_gives_each_scenario_enough_and_no_more(
    plan: MakePlan, names: list[str], strategy: str
) -> None:
    asked = plan(scenarios=names, strategy=strategy)
    least = least_executions(asked)

    def enough(count: int) -> bool:
        runs = Counter(names[number % len(names)] for number in range(count))
        return all(runs[name] >= executions_needed(SCENARIOS[name], strategy) for name in names)

    assert enough(least)
    assert not names or not enough(least - 1)


def test_too_few_executions_are_said_and_enough_are_not(plan: MakePlan) -> None:
    least = least_executions(plan())
    assert outlook(plan(executions=least), 1) == ""
    assert outlook(plan(executions=least - 1), 1) == (
        f"--executions {least - 1} is too few for a verdict: it takes {least} at least"
    )


@pytest.mark.parametrize("strategy", DESCRIPTIONS)
def test_what_is_run_if_nothing_is_said_is_enough_for_all_that_ships(
    plan: MakePlan, strategy: str
) -> None:
    asked = plan(scenarios=list(SHIPPED), strategy=strategy, executions=EXECUTIONS)
    assert outlook(asked, 1) == ""


def test_too_short_a_duration_is_said_and_enough_is_not(plan: MakePlan) -> None:
    endless = plan(executions=None, strategy="pct")
    seconds = least_executions(endless) / RATE
    for jobs, cost, target in (
        (1, 1, Target()),
        (4, 1, Target()),
        (1, RACES_COST, Target(races=True)),
    ):
        asked = plan(executions=None, strategy="pct", target=target)
        enough = seconds * cost / jobs + 1
        assert outlook(_lasting(asked, enough), jobs) == ""
        assert "too short for a verdict" in outlook(_lasting(asked, enough / 2), jobs)


def test_a_strategy_of_several_runs_takes_longer(plan: MakePlan) -> None:
    short = _lasting(plan(executions=None, strategy="pct"), 10.0)
    assert outlook(short, 1) == ""
    assert outlook(_lasting(plan(executions=None, strategy="neighbours"), 10.0), 1)


def test_one_execution_alone_needs_no_minimum(plan: MakePlan) -> None:
    assert outlook(plan(execution=17, executions=1, duration_s=0.1), 1) == ""


def test_it_is_one_line_of_at_most_a_hundred_columns(plan: MakePlan) -> None:
    whole = plan(scenarios=list(SCENARIOS), target=Target(races=True), strategy="portfolio")
    for asked in (replace(whole, executions=8_399), _lasting(replace(whole, executions=None), 0.5)):
        assert 0 < len(outlook(asked, 1)) <= 100


def _lasting(asked: Plan, seconds: float) -> Plan:
    return replace(asked, duration_s=seconds)
