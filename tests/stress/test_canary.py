# SPDX-License-Identifier: GPL-2.0-only
"""Is a campaign red that cannot find its canary, and is the canary counted apart?

The canary is one fixed bug on plain v1, looked for before every campaign.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from stress import running
from stress.campaign import Plan
from stress.pool import Pool
from stress.scenarios import SCENARIOS
from stress.subject import Subject
from stress.work import Batch, Bug, Fact, Facts

MakePool = Callable[..., Pool]
MakePlan = Callable[..., Plan]
NAME = "inject_while_eoicount"
ALL_WINDOWS = frozenset(SCENARIOS[NAME].floors.per_cent)


class Bench:
    """Stands in for the pool of `run`, and notes what was asked of it."""

    def __init__(self, pool: Any, *, canary_dies: bool = False) -> None:
        self.subjects: list[str] = []
        self._pool = pool
        self._canary_dies = canary_dies

    def __getattr__(self, name: str) -> Any:
        return getattr(self._pool, name)

    def __enter__(self) -> "Bench":
        return self

    def __exit__(self, *exception: object) -> None:
        self._pool.kill()

    def submit(self, batch: Batch) -> None:
        self.subjects.append(str(batch.subject))
        self._pool.fact = fails if "canary" in batch.subject.bugs else passes
        if self._canary_dies and "canary" in batch.subject.bugs:
            self._pool.fact = passes
        self._pool.submit(batch)

    def answers(self, timeout_s: float) -> list[Facts | Bug]:
        answers: list[Facts | Bug] = self._pool.answers(timeout_s)
        return answers


def passes(scenario: str, index: int) -> Fact:
    return Fact(scenario, index, "pct", 10, ALL_WINDOWS, None)


def fails(scenario: str, index: int) -> Fact:
    return Fact(scenario, index, "pct", 10, ALL_WINDOWS, "no lost edge")


def run(bench: Bench, plan: Plan, monkeypatch: pytest.MonkeyPatch, path: Path) -> Any:
    monkeypatch.setattr(running, "Pool", lambda jobs, silence_s: bench)
    code = running.run(plan, running.Workers(1, 60.0), json_file=path / "result.json")
    return code, json.loads((path / "result.json").read_text("utf-8"))


def test_a_campaign_that_misses_its_canary_is_a_harness_bug(
    fake_pool: MakePool,
    plan: MakePlan,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    bench = Bench(fake_pool(passes), canary_dies=True)
    code, result = run(bench, plan(executions=1_000), monkeypatch, tmp_path)
    assert code == 3
    assert set(bench.subjects) == {"v1+canary"}
    assert result["findings"] == []
    printed = capsys.readouterr().out
    assert "canary missed" in printed
    assert printed.splitlines()[-1].startswith("FAILURE")


def test_a_found_canary_is_neither_a_finding_nor_counted(
    fake_pool: MakePool, plan: MakePlan, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    bench = Bench(fake_pool(passes))
    code, result = run(bench, plan(executions=1_000), monkeypatch, tmp_path)
    assert code == 0
    assert (result["executions"], result["steps"], result["findings"]) == (1_000, 10_000, [])
    assert bench.subjects[0] == "v1+canary"
    assert set(bench.subjects) == {"v1+canary", "v1"}


def test_the_canary_is_looked_for_on_plain_v1_whatever_is_tested(
    fake_pool: MakePool, plan: MakePlan, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    bench = Bench(fake_pool(passes))
    tested = Subject("head-walk", ("no_splice",))
    run(bench, plan(executions=24, subject=tested), monkeypatch, tmp_path)
    assert bench.subjects[0] == "v1+canary"
    assert set(bench.subjects) == {"v1+canary", "head-walk+no_splice"}
