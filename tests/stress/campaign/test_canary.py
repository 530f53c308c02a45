# SPDX-License-Identifier: GPL-2.0-only
"""Is a campaign red that cannot find a canary, and are canaries counted apart?

They are fixed bugs on the plain reference, looked for before every campaign.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from stress.campaign.canaries import CANARIES
from stress.campaign.plan import Plan
from stress.commands import run as running
from stress.executions.target import Target
from stress.inputs import Points
from stress.jobs.executor import Executor, Job, Outcome
from stress.jobs.work import Fact
from stress.scenarios import SCENARIOS
from vgic import JudgedBy

MakePool = Callable[..., Executor]
MakePlan = Callable[..., Plan]
NAME = "inject_while_eoicount"
ALL_WINDOWS = frozenset(SCENARIOS[NAME].floors.rates)
FOUND_AS: dict[str, str | None] = {canary.bug: canary.found_as[0] for canary in CANARIES}
BY_DEFAULT = [f"reference+{canary.bug}" for canary in CANARIES if canary.is_looked_for(Target())]


class Bench:
    """Stands in for the pool of `run`, and notes what was asked of it.

    Args:
        pool: answers.
        as_what: the symptom of each canary, by its bug; none if it is not found.
    """

    def __init__(self, pool: Any, as_what: dict[str, str | None]) -> None:
        self.targets: list[str] = []
        self._pool = pool
        self._as_what = as_what

    def __getattr__(self, name: str) -> Any:
        return getattr(self._pool, name)

    def __enter__(self) -> "Bench":
        return self

    def __exit__(self, *exception: object) -> None:
        self._pool.kill()

    def submit(self, job: Job) -> None:
        if str(job.target) not in self.targets[-1:]:
            self.targets.append(str(job.target))
        symptom = next((self._as_what.get(bug) for bug in job.target.bugs), None)
        self._pool.fact = lambda scenario, index: Fact(
            scenario, index, "pct", 10, ALL_WINDOWS, symptom
        )
        self._pool.submit(job)

    def answers(self, timeout_s: float) -> list[Outcome]:
        answers: list[Outcome] = self._pool.answers(timeout_s)
        return answers


@pytest.fixture
def run(
    fake_pool: MakePool, plan: MakePlan, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Callable[..., Any]:
    """Return what runs a plan, and returns its exit code, its result and the targets of its jobs.

    It takes the fields of the plan, and what the canaries are found as where that is otherwise.
    """

    def run(as_what: dict[str, str | None] | None = None, **fields: object) -> Any:
        bench = Bench(fake_pool(lambda scenario, index: None), FOUND_AS | (as_what or {}))
        monkeypatch.setattr(running, "LocalPool", lambda jobs, **options: bench)
        result = tmp_path / "result.json"
        code = running.run(plan(**fields), running.Workers(1, 60.0), json_file=result)
        return code, json.loads(result.read_text("utf-8")), bench.targets

    return run


@pytest.mark.parametrize("bug", FOUND_AS)
@pytest.mark.parametrize("as_what", [None, "step bound in vgic_prune_ap_list"])
def test_a_campaign_that_misses_a_canary_is_a_harness_bug(
    run: Callable[..., Any], capsys: pytest.CaptureFixture[str], bug: str, as_what: str | None
) -> None:
    target = Target(races=True, points=Points.ALL, judge=JudgedBy.BOTH)
    code, result, targets = run({bug: as_what}, executions=1_000, target=target)
    assert code == 3
    assert "reference" not in targets
    assert result["findings"] == []
    printed = capsys.readouterr().out
    assert f"canary missed: the bug {bug} was not found as {FOUND_AS[bug]}" in printed
    assert printed.splitlines()[-1].startswith("FAILURE")


def test_a_found_canary_is_neither_a_finding_nor_counted(run: Callable[..., Any]) -> None:
    code, result, targets = run(executions=1_000)
    assert code == 0
    assert (result["executions"], result["steps"], result["findings"]) == (1_000, 10_000, [])
    assert targets == [*BY_DEFAULT, "reference"]


def test_canaries_are_looked_for_on_plain_v1_whatever_is_tested(run: Callable[..., Any]) -> None:
    bugs = ("kick_without_request",)
    tested = Target("head-walk", bugs, races=True, points=Points.ALL, judge=JudgedBy.BOTH)
    _, _, targets = run({"kick_without_request": None}, executions=24, target=tested)
    assert targets == [
        *(f"reference+{bug}" for bug in FOUND_AS),
        "reference",
        "head-walk+kick_without_request",
    ]


def test_one_execution_alone_looks_for_none(run: Callable[..., Any]) -> None:
    _, _, targets = run(execution=17)
    assert targets == ["reference"]
