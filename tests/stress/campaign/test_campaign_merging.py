# SPDX-License-Identifier: GPL-2.0-only
"""Is a campaign's result the same for any number of jobs and any order of completion?"""

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stress.campaign.campaign import Campaign
from stress.campaign.plan import Plan
from stress.campaign.result import Result
from stress.findings.finding import Finding
from stress.findings.store import Keeper
from stress.jobs.executor import Executor
from stress.jobs.work import Bug, Fact

MakePool = Callable[..., Executor]
MakePlan = Callable[..., Plan]
Factory = pytest.TempPathFactory
MODEST = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
SEEDS = st.integers(0, 1 << 32)
FAILING = st.dictionaries(st.integers(0, 99), st.sampled_from(["I1 lost", "I13 stuck", "deadlock"]))


def facts(failing: dict[int, str]) -> Callable[[str, int], Fact]:
    """Return what each execution shows, with something in every field that depends on it."""

    def fact(scenario: str, index: int) -> Fact:
        windows = frozenset({"overflow"} if index % 3 == 0 else ())
        strategy = ("random-walk", "pct", "burst")[index % 3]
        return Fact(scenario, index, strategy, 100 + index, windows, failing.get(index))

    return fact


def timeless(result: Result) -> Result:
    return replace(result, seconds=0.0)


def run(plan: Plan, pool: Executor) -> Result:
    return timeless(Campaign(plan, pool).run())


@MODEST
@given(failing=FAILING, jobs=st.integers(1, 6), order=SEEDS)
def test_jobs_and_order_of_completion_do_not_change_the_result(
    plan: MakePlan, fake_pool: MakePool, failing: dict[int, str], jobs: int, order: int
) -> None:
    alone = run(plan(), fake_pool(facts(failing)))
    together = run(plan(), fake_pool(facts(failing), jobs, random.Random(order)))
    assert together == alone
    assert list(together.findings) == list(alone.findings)


@MODEST
@given(failing=FAILING, jobs=st.integers(1, 6), order=SEEDS)
def test_stopping_at_the_first_stops_at_the_lowest_index_whoever_found_it(
    plan: MakePlan, fake_pool: MakePool, failing: dict[int, str], jobs: int, order: int
) -> None:
    pool = fake_pool(facts(failing), jobs, random.Random(order))
    result = run(plan(stop_at_first=True), pool)
    if not failing:
        assert (result.executions, result.findings) == (100, {})
        return
    first = min(failing)
    (finding,) = result.findings.values()
    assert (finding.signature, finding.execution) == (failing[first], first)
    assert result.failures == {failing[first]: 1}
    assert result.executions == first + 1


@MODEST
@given(failing=FAILING, jobs=st.integers(1, 6), order=SEEDS)
def test_each_finding_has_its_first_index_its_count_and_the_firsts_token(
    plan: MakePlan, fake_pool: MakePool, failing: dict[int, str], jobs: int, order: int
) -> None:
    result = run(plan(), fake_pool(facts(failing), jobs, random.Random(order)))
    counts = Counter(failing.values())
    assert set(result.findings) == set(counts)
    for signature, finding in result.findings.items():
        first = min(index for index, each in failing.items() if each == signature)
        assert (finding.execution, result.failures[signature]) == (first, counts[signature])
        assert finding.strategy == ("random-walk", "pct", "burst")[first % 3]
        assert finding.example.token.endswith(f"-{first}")


def test_findings_stand_in_the_order_of_their_first(plan: MakePlan, fake_pool: MakePool) -> None:
    failing = {3: "late kind", 1: "early kind", 90: "early kind", 60: "last kind"}
    result = run(plan(), fake_pool(facts(failing), 4))
    assert list(result.findings) == ["early kind", "late kind", "last kind"]


def test_steps_windows_and_runs_are_added_up(plan: MakePlan, fake_pool: MakePool) -> None:
    result = run(plan(executions=9), fake_pool(facts({})))
    assert (result.executions, result.steps) == (9, sum(range(100, 109)))
    assert result.windows == {"overflow": 3}
    assert {strategy: count for (_, strategy), count in result.runs.items()} == {
        "random-walk": 3,
        "pct": 3,
        "burst": 3,
    }


def test_an_interrupted_campaign_is_a_prefix_and_ends_what_is_under_way(
    plan: MakePlan, fake_pool: MakePool
) -> None:
    told: list[int] = []
    campaign = Campaign(
        plan(executions=1_000),
        fake_pool(facts({2: "I1 lost"}), 3),
        interrupted=lambda: bool(told),
        progress=lambda result: told.append(result.executions),
    )
    result = timeless(campaign.run())
    assert result.interrupted
    assert 0 < result.executions < 1_000
    uninterrupted = run(plan(executions=result.executions), fake_pool(facts({2: "I1 lost"})))
    assert replace(result, interrupted=False) == uninterrupted


@MODEST
@given(jobs=st.integers(1, 6), order=SEEDS)
def test_a_race_behind_a_known_symptom_is_found_by_its_tenth_failure(
    plan: MakePlan, fake_pool: MakePool, jobs: int, order: int
) -> None:
    failing = dict.fromkeys(range(100), "I16 missed kick")
    pool = fake_pool(
        facts(failing),
        jobs,
        random.Random(order),
        identity=lambda symptom, index: f"{symptom}, preempted in {'f' if index < 9 else 'g'}",
    )
    result = run(plan(), pool)
    assert {name: finding.execution for name, finding in result.findings.items()} == {
        "I16 missed kick, preempted in f": 0,
        "I16 missed kick, preempted in g": 9,
    }
    assert result.failures == {"I16 missed kick": 100}


def test_few_of_many_failures_with_one_symptom_are_looked_into(
    plan: MakePlan, fake_pool: MakePool
) -> None:
    pool = cast(Any, fake_pool(facts(dict.fromkeys(range(100), "deadlock"))))
    run(plan(), pool)
    assert [inquiry.items[0][1] for inquiry in pool.inquiries] == [0, 9, 99]


def test_whoever_interrupts_gets_what_was_found_unshrunk(
    plan: MakePlan, fake_pool: MakePool
) -> None:
    pool = cast(Any, fake_pool(facts({0: "deadlock"})))
    told: list[int] = []
    campaign = Campaign(
        plan(executions=24),
        pool,
        interrupted=lambda: bool(pool.under_way or told),
        progress=lambda result: told.append(result.executions),
    )
    result = campaign.run()
    assert result.interrupted
    assert list(result.findings) == ["deadlock"]
    assert [inquiry.replays_max for inquiry in pool.inquiries] == [0]


def test_a_campaign_whose_time_is_over_at_once_runs_nothing(
    plan: MakePlan, fake_pool: MakePool
) -> None:
    result = run(plan(duration_s=0.0), fake_pool(facts({0: "I1 lost"}), 2))
    assert (result.executions, result.findings, result.interrupted) == (0, {}, False)


def test_a_bug_of_the_harness_ends_the_campaign_and_is_kept(
    plan: MakePlan, fake_pool: MakePool
) -> None:
    result = run(plan(executions=1_000), fake_pool(facts({}), 2, bug_in=30))
    assert result.bugs == ["nondeterminism in execution 30"]
    assert result.executions < 1_000


@MODEST
@given(jobs=st.integers(1, 6), order=SEEDS)
def test_one_execution_in_64_is_compared_and_of_every_strategy_some(
    plan: MakePlan, fake_pool: MakePool, jobs: int, order: int
) -> None:
    pool = cast(Any, fake_pool(facts({}), jobs, random.Random(order)))
    result = run(plan(executions=1_280), pool)
    assert len(pool.compared) == result.compared == 20
    assert {index % 6 for index in pool.compared} == set(range(6))


@MODEST
@given(jobs=st.integers(1, 6), order=SEEDS)
def test_the_first_fault_is_that_of_the_first_batch_whichever_worker_meets_one_first(
    plan: MakePlan, fake_pool: MakePool, jobs: int, order: int
) -> None:
    pool = cast(Any, fake_pool(facts({}), jobs, random.Random(order)))
    of_batch = pool._facts
    pool._facts = lambda batch: (
        Bug(batch.number, f"hangs in batch {batch.number}", of_class=True)
        if batch.number in (2, 3, 5)
        else of_batch(batch)
    )
    result = run(plan(executions=1_000), pool)
    assert result.faults[0] == "hangs in batch 2"
    assert result.executions == 48


def test_an_execution_that_comes_out_otherwise_is_a_bug_of_the_harness(
    plan: MakePlan, fake_pool: MakePool
) -> None:
    different = fake_pool(facts({}), differs=lambda what: what == 16)
    result = run(plan(executions=1_000), different)
    (bug,) = result.bugs
    assert bug.startswith("nondeterminism: 16 differs")
    assert not result.faults


def test_a_strategy_whose_executions_all_fail_is_not_called_idle(
    plan: MakePlan, fake_pool: MakePool
) -> None:
    """What fails may do so before there was anything to decide."""
    failing = facts(dict.fromkeys(range(1_000), "exception in f"))
    pool = fake_pool(lambda name, index: replace(failing(name, index), deviated=False))
    assert run(plan(executions=1_000), pool).bugs == []


def test_one_whose_executions_all_pass_like_that_is(plan: MakePlan, fake_pool: MakePool) -> None:
    pool = fake_pool(lambda name, index: replace(facts({})(name, index), deviated=False))
    bugs = run(plan(executions=1_000), pool).bugs
    assert [bug.partition(":")[0] for bug in bugs] == [
        f"strategy {name} does nothing" for name in ("random-walk", "pct", "burst")
    ]


@pytest.mark.parametrize("which", ["vs1-{}-3-as-found", "vs1-{}-3"])
def test_a_failure_that_comes_out_otherwise_is_no_finding(
    plan: MakePlan, fake_pool: MakePool, which: str
) -> None:
    token = which.format("inject_while_eoicount")
    pool = fake_pool(facts({3: "deadlock"}), differs=lambda what: what == token)
    result = run(plan(), pool)
    (bug,) = result.bugs
    assert bug.startswith(f"nondeterminism: {token} differs")
    # As it was found it did hold, and that is not lost.
    held = token.endswith("-3")
    assert [found.example.token for found in result.findings.values()] == [
        f"{token}-as-found"
    ] * held


@MODEST
@given(jobs=st.integers(1, 6), order=SEEDS)
def test_a_hundred_executions_without_an_end_are_enough(
    plan: MakePlan, fake_pool: MakePool, jobs: int, order: int
) -> None:
    endless = facts(dict.fromkeys(range(0, 1_000, 2), "step bound in f"))
    result = run(plan(executions=1_000), fake_pool(endless, jobs, random.Random(order)))
    assert (result.executions, result.failures["step bound in f"]) == (199, 100)
    assert result.bugs == []


def test_as_many_that_fail_and_do_end_are_not(plan: MakePlan, fake_pool: MakePool) -> None:
    result = run(plan(executions=1_000), fake_pool(facts(dict.fromkeys(range(1_000), "deadlock"))))
    assert result.executions == 1_000


class Kept(Keeper):
    """Notes what is kept, in order."""

    def __init__(self) -> None:
        super().__init__(None)
        self.notes: list[tuple[str, str]] = []

    def confirmed(self, number: int, finding: Finding) -> None:
        self.notes.append(("as found", finding.example.token))

    def settled(
        self, number: int, finding: Finding | None, beside: Path | None = None
    ) -> Path | None:
        self.notes.append(("shrunk", finding.example.token if finding else "as another"))
        return Path("kept")


def test_a_finding_is_kept_before_and_after_it_is_shrunk(
    plan: MakePlan, fake_pool: MakePool
) -> None:
    failing = {1: "deadlock", **dict.fromkeys(range(2, 11), "deadlock")}
    keeper = Kept()
    result = Campaign(plan(), fake_pool(facts(failing)), keeper=keeper).run()
    first = "vs1-inject_while_eoicount-1"
    assert keeper.notes[:2] == [("as found", f"{first}-as-found"), ("shrunk", first)]
    # The tenth shrinks to the same race.
    assert keeper.notes[2:] == [
        ("as found", "vs1-inject_while_eoicount-10-as-found"),
        ("shrunk", "as another"),
    ]
    assert result.kept == {"deadlock": Path("kept")}


@MODEST
@given(jobs=st.integers(1, 6), order=SEEDS)
def test_what_shrinks_to_what_is_known_is_not_kept_as_it_was_found(
    plan: MakePlan, fake_pool: MakePool, jobs: int, order: int, tmp_path_factory: Factory
) -> None:
    pool = fake_pool(
        facts(dict.fromkeys(range(100), "deadlock")),
        jobs,
        random.Random(order),
        shrunk=lambda name, index: "vs1-the-same",
    )
    folder = tmp_path_factory.mktemp("findings")
    result = Campaign(plan(), pool, keeper=Keeper(folder)).run()
    assert list(folder.iterdir()) == list(result.kept.values())


def test_what_cannot_be_shrunk_any_more_stays_a_finding_as_it_was_found(
    plan: MakePlan, fake_pool: MakePool
) -> None:
    pool = cast(Any, fake_pool(facts({0: "deadlock"}), 2))
    pool.dies_shrinking = True
    result = run(plan(executions=24), pool)
    assert result.bugs == ["a worker died"]
    (finding,) = result.findings.values()
    assert finding.example.token == "vs1-inject_while_eoicount-0-as-found"
