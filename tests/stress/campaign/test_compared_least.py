# SPDX-License-Identifier: GPL-2.0-only
"""How many executions have to be compared at the least, in a row and in a leg of a night?"""

from collections.abc import Callable

import pytest

from stress.campaign.canaries import not_as_planned
from stress.campaign.plan import Plan
from stress.campaign.result import Result
from stress.jobs.work import is_compared
from stress.nights.lane import LANES, Lane
from stress.scenarios import SHIPPED

MakePlan = Callable[..., Plan]
Items = tuple[tuple[str, int], ...]


def said(plan: MakePlan, compared: int, executions: int, items: Items | None = None) -> list[str]:
    planned = plan(scenarios=[], executions=executions, items=items)
    return not_as_planned(planned, Result(executions=executions, compared=compared), 0)


def first_items(lane: int) -> Items:
    wanted = Lane(lane, 1, SHIPPED, None).wanted()
    assert wanted is not None
    return wanted.items


@pytest.mark.parametrize("lane", range(LANES))
def test_a_leg_is_asked_for_no_more_than_its_list_has(plan: MakePlan, lane: int) -> None:
    """The first of some lanes has none to be compared, of however many scenarios it is."""
    items = first_items(lane)
    assert len(items) > 1_000
    compared = sum(is_compared(index) for _, index in items)
    assert not said(plan, compared, len(items), items)


def test_a_leg_that_has_some_and_compares_none_is_red(plan: MakePlan) -> None:
    legs = [first_items(lane) for lane in range(LANES)]
    items = max(legs, key=lambda each: sum(is_compared(index) for _, index in each))
    assert said(plan, 0, len(items), items) != []


def test_a_row_of_executions_is_asked_for_half_of_every_64th(plan: MakePlan) -> None:
    assert said(plan, 0, 1_280) != []
    assert not said(plan, 10, 1_280)
    assert said(plan, 9, 1_280) != []


def test_a_short_row_is_asked_for_none(plan: MakePlan) -> None:
    assert not said(plan, 0, 300)
