# SPDX-License-Identifier: GPL-2.0-only
"""What becomes of a campaign in which executions end the processes that run them?"""

import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

import pytest

from stress.campaign.campaign import BATCH, Campaign
from stress.campaign.canaries import not_all_reported
from stress.campaign.plan import Plan
from stress.campaign.result import Result
from stress.executions.target import Target
from stress.jobs.executor import Executor
from stress.jobs.rerun import Reran, Rerun
from stress.jobs.work import LOST_MAX, Batch, Fact, Facts
from stress.scenarios import SCENARIOS

MakePlan = Callable[..., Plan]
MakeFact = Callable[..., Fact]
MakePool = Callable[..., Executor]
WHY = "the process that ran it was killed (SIGKILL), each time"


def losing(pool: Executor, lost: set[int]) -> Executor:
    """Have executions with these numbers lost, as a mending pool does."""
    fake = cast(Any, pool)
    usual = fake._facts

    def facts(batch: Batch) -> Facts:
        gone = [item for item in batch.items if item[1] in lost]
        end = batch.items.index(gone[LOST_MAX - 1]) if len(gone) >= LOST_MAX else None
        left = [each for each in usual(batch).facts if each.index not in lost]
        upto = set(batch.items[:end])
        return Facts(
            batch.number,
            tuple(each for each in left if (each.scenario, each.index) in upto),
            tuple((*item, WHY) for item in gone[:LOST_MAX]),
        )

    fake._facts = facts
    return pool


@pytest.fixture
def run(plan: MakePlan, fact: MakeFact, fake_pool: MakePool) -> Callable[..., Result]:
    """Return what runs a campaign that loses executions."""

    def run(lost: set[int], jobs: int = 1, order: int = 0, **fields: object) -> Result:
        pool = fake_pool(lambda name, index: fact(name, index), jobs, random.Random(order))
        return Campaign(plan(**fields), losing(pool, lost)).run()

    return run


def test_a_lost_execution_is_neither_pass_nor_fail(run: Callable[..., Result]) -> None:
    result = run({30, 70})
    assert (result.executions, result.bugs, result.faults) == (98, [], [])
    assert result.lost == [("inject_while_eoicount", n, WHY) for n in (30, 70)]
    assert not result.failures


@pytest.mark.parametrize("lost", [{1, 2, 3}, {1, 30, 60}, {20, 21, 22, 23, 24, 25}])
def test_too_many_of_them_end_a_campaign_at_the_same_place_with_any_number_of_workers(
    run: Callable[..., Result], lost: set[int]
) -> None:
    results = [
        replace(run(lost, jobs, order), seconds=0) for jobs, order in ((1, 0), (4, 1), (4, 2))
    ]
    first, *others = results
    assert all(other == first for other in others)
    assert len(first.lost) == LOST_MAX
    last = sorted(lost)[LOST_MAX - 1]
    assert first.executions == last - (LOST_MAX - 1)
    (said,) = first.bugs
    assert said.startswith("3 executions were lost, so no more were run; the last one was")
    assert said.endswith(f"execution {last} of inject_while_eoicount: {WHY}")


def test_a_portfolio_goes_on_past_a_lost_one(run: Callable[..., Result]) -> None:
    """It chooses by how many it has heard of; one that is lost counts."""
    result = run({5}, strategy="portfolio", executions=400)
    assert (result.executions, len(result.lost), result.bugs) == (399, 1, [])


BATCH_ = Batch(0, Target(), 7, "mix", tuple(("inject_while_eoicount", n) for n in range(BATCH)))


@pytest.mark.parametrize(
    ("reported", "lost", "complete"),
    [
        (range(BATCH), [], True),
        (range(1, BATCH), [0], True),
        (range(1, BATCH), [], False),
        (range(BATCH), [0], False),
        (range(BATCH), [BATCH], False),
        ([0, 2, 4], [1, 3, 5], True),
        ([0, 2, 4, 6], [1, 3, 5], False),
        ([0, 2], [1, 3, 5], False),
        ([0, 2, 4], [1, 3], False),
    ],
)
def test_what_is_lost_has_come_back_too_and_nothing_else_has(
    fact: MakeFact, reported: list[int], lost: list[int], complete: bool
) -> None:
    name = "inject_while_eoicount"
    facts = Facts(
        0,
        tuple(fact(name, n, strategy=SCENARIOS[name].strategy("mix", n)) for n in reported),
        tuple((name, n, WHY) for n in lost),
    )
    assert (not_all_reported(BATCH_, facts) == []) is complete


def test_what_cannot_be_run_again_stays_as_it_was_found_and_is_said(
    plan: MakePlan, fact: MakeFact, fake_pool: MakePool
) -> None:
    pool = cast(
        Any,
        fake_pool(lambda name, index: fact(name, index, signature="I9" if index == 3 else None)),
    )

    def rerun(rerun: Rerun) -> Reran:
        lost = ((0, WHY),)
        count = len(rerun.executions) + len(rerun.tokens) - 1
        return Reran(rerun.number, count, (), lost)

    pool._rerun = rerun
    result = Campaign(plan(executions=BATCH), pool).run()
    assert (result.bugs, result.faults) == ([], [])
    assert len(result.findings) == 1
    assert {why for *_, why in result.not_rerun} == {WHY}
    assert ("inject_while_eoicount", 3) in [(name, index) for name, index, _ in result.not_rerun]
