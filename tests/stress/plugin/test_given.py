# SPDX-License-Identifier: GPL-2.0-only
"""Under `@given`, is just the example that Hypothesis reports looked into, kept and shown whole?

Hypothesis is told to draw the same each time; which examples it tries is its own business.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from harness import Cell, Scheduler
from stress.findings import Example, look_into
from stress.hypothesis import machines
from stress.plugin import Schedules, SchedulesFailed
from stress.plugin.calls import scenario
from stress.plugin.counts import COUNTS
from stress.plugin.failing import ReplayFailed
from stress.plugin.given import is_reported, is_under_given
from stress.plugin.marker import Marked
from stress.plugin.options import Budget
from stress.plugin.programs import explore
from stress.plugin.task import Task, task_of
from vgic import Parameters, Reference
from vgic.data.vcpu import Vcpu

SEARCHING = settings(
    database=None,
    derandomize=True,
    deadline=None,
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)


class Leaky(Reference):
    def replug_overflow(self, vcpu: Vcpu) -> None:
        return


def adding(threads: int) -> Callable[[Scheduler], None]:
    """Make a program of so many threads that add one each; two lose an update."""

    def adds(scheduler: Scheduler) -> None:
        counter, ended = Cell(scheduler, "sum", "0", 0), []

        def add() -> None:
            counter.write(counter.read() + 1)
            ended.append(counter.value)
            assert len(ended) < threads or counter.value == threads, "an update is lost"

        for number in range(threads):
            scheduler.thread(f"t{number}", add)

    return adds


def tried_on(test: Callable[[], object]) -> SchedulesFailed:
    with pytest.raises(SchedulesFailed) as raised:
        test()
    return raised.value


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pytestconfig: pytest.Config) -> Path:
    """Return where findings are kept."""
    monkeypatch.setattr(pytestconfig.option, "vgic_findings", str(tmp_path / "findings"))
    return tmp_path / "findings"


@pytest.mark.schedules(executions=20)
def test_a_program_is_shown_and_kept_as_it_is_reported(
    schedules: Schedules, folder: Path, request: pytest.FixtureRequest
) -> None:
    failing: list[SchedulesFailed] = []

    @SEARCHING
    @given(threads=st.integers(1, 4))
    def test(threads: int) -> None:
        try:
            schedules.explore(adding(threads))
        except SchedulesFailed as failed:
            failing.append(failed)
            raise

    failed = tried_on(test)
    assert failed is failing[-1]
    assert len(failing) > 2
    assert {each.text.partition(":")[0] for each in failing} == {"adds"}
    assert all(not each.tokens for each in failing[:-1])
    assert "threads=2" in failed.__notes__[0]
    assert failed.text.splitlines()[-1].endswith(f"--vgic-replay {failed.tokens[0]}")
    (kept,) = folder.iterdir()
    assert (kept / "token").read_text("utf-8").strip() == failed.tokens[0]
    assert request.node.stash[COUNTS].findings == (failing[0].signature,)


@pytest.mark.schedules(executions=10, check=())
def test_a_machine_is_looked_into_once(
    schedules: Schedules, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[Parameters] = []
    failing: list[Parameters] = []

    def looks_into(*args: Any, **options: Any) -> Example:
        looked.append(failing[-1])
        return look_into(*args, **options)

    monkeypatch.setattr("stress.plugin.trying.look_into", looks_into)

    @SEARCHING
    @given(machine=machines())
    def test(machine: Parameters) -> None:
        failing.append(machine)
        schedules.machine(machine, kernel=Leaky)

    failed = tried_on(test)
    assert looked == [failing[-1]]
    assert failed.text.startswith("I3 overflow left behind\n")
    assert f"machine={failing[-1]!r}" in failed.__notes__[0]
    assert len(list(folder.iterdir())) == 1


@pytest.mark.schedules(executions=5)
def test_an_example_of_the_user_s_own_is_reported_too(schedules: Schedules, folder: Path) -> None:
    @SEARCHING
    @given(threads=st.just(1))
    @example(threads=2)
    def test(threads: int) -> None:
        schedules.explore(adding(threads))

    assert tried_on(test).tokens
    assert len(list(folder.iterdir())) == 1


@pytest.mark.schedules(executions=5)
def test_what_passes_is_as_it_is_elsewhere(schedules: Schedules, folder: Path) -> None:
    @settings(SEARCHING, max_examples=5)
    @given(threads=st.just(1))
    def test(threads: int) -> None:
        assert schedules.explore(adding(threads)).executions == 5

    test()
    assert not folder.exists()


def test_a_token_that_fails_again_is_no_example_among_others(
    schedules: Schedules, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No other example is tried for it, and none is said to be what the token is of."""
    tried: list[int] = []
    token = tried_on(lambda: schedules.explore(adding(2))).tokens[0]
    monkeypatch.setattr(schedules._item.config.option, "vgic_replay", [token])

    @SEARCHING
    @given(threads=st.just(2))
    def test(threads: int) -> None:
        tried.append(threads)
        schedules.explore(adding(threads))

    with pytest.raises(ReplayFailed) as raised:
        test()
    assert tried == [2]
    assert "failed again: replayed strictly" in raised.value.failed.text


def test_where_time_ends_a_call_what_has_failed_fails_again(
    schedules: Schedules, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As many executions as it took, however little of the time is left for them."""
    monkeypatch.setattr(schedules._item.config.option, "vgic_duration", "1h")
    task_of(schedules._item, Marked()).fails_after(7)
    again = task_of(schedules._item, Marked())
    assert again.budget.at_least == 7
    over = Budget(None, 1e-9, at_least=again.budget.at_least)
    assert scenario(Task(budget=over), "one_interrupt", "reference", ()).executions == 7
    assert explore(Task(budget=over), adding(1)).executions == 100


def test_outside_all_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[bool, bool]] = []

    @settings(SEARCHING, max_examples=1)
    @given(st.none())
    def test(nothing: None) -> None:
        seen.append((is_under_given(), is_reported()))
        monkeypatch.delattr("hypothesis.control.current_build_context")
        seen.append((is_under_given(), is_reported()))
        monkeypatch.undo()

    test()
    assert (is_under_given(), is_reported()) == (False, True)
    assert seen[:2] == [(True, False), (True, True)]
