# SPDX-License-Identifier: GPL-2.0-only
"""Is a machine that fails its test reported as all that explores is, and do options reach it?

One session of its own is looked at from outside; what the options say is seen in this one.
"""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from harness.engine import NotDeterministic
from stress.hypothesis import MachineFailed, check_machine
from stress.plugin import Running, SchedulesFailed
from stress.plugin.counts import COUNTS, Counts
from stress.plugin.failing import headline, not_clean_in
from tests.stress.hypothesis.test_check_machine import FITS, OVERFLOW, REROUTE

TESTS = """
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from stress.hypothesis import VirtualMachine, check_machine, machines
from tests.stress.hypothesis.test_check_machine import OVERFLOW

IN_LITTLE_TIME = settings(
    database=None,
    derandomize=True,
    phases=[Phase.generate],
    stateful_step_count=10,
    suppress_health_check=list(HealthCheck),
)

@IN_LITTLE_TIME
@given(machines())
def test_drawn(machine):
    check_machine(machine, bugs="prune_active")

def test_written_down():
    check_machine(OVERFLOW, bugs="no_splice")

def test_right():
    check_machine(OVERFLOW)
    check_machine(OVERFLOW, executions=100)

def test_caught():
    with pytest.raises(AssertionError):
        check_machine(OVERFLOW, bugs="no_splice")

class Calls(VirtualMachine):
    bugs = "no_splice"

class TestCalls(Calls.TestCase):
    settings = IN_LITTLE_TIME
"""
ASKED = ("--vgic-executions=9", "--vgic-seed=7", "--vgic-findings=kept", "--junitxml=it.xml")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("project")


@pytest.fixture(scope="module")
def said(folder: Path) -> str:
    """Return what a session says, which GitHub runs."""
    (folder / "test_it.py").write_text(TESTS, "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *ASKED],
        cwd=folder,
        env=os.environ
        | {"GITHUB_ACTIONS": "true", "GITHUB_WORKSPACE": str(folder), "COLUMNS": "200"}
        | {"PYTHONPATH": str(Path(__file__).parents[3])},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert "3 failed, 2 passed" in done.stdout, done.stdout + done.stderr
    return done.stdout


def test_the_table_has_what_was_tried_and_found(said: str) -> None:
    rows = re.findall(r"^ *(\d+) +- +(\d+) +(\d) +\d+\.\d  test_it.py::(.*)$", said, re.MULTILINE)
    table = {name: (int(tried), int(windows), int(found)) for tried, windows, found, name in rows}
    assert set(table) == {
        "test_drawn", "test_written_down", "test_right", "test_caught", "TestCalls::runTest",
    }  # fmt: skip
    assert table["test_right"][0] == 2 * 9
    assert all(windows for _, windows, _ in table.values())
    found = {name for name, (_, _, findings) in table.items() if findings == 1}
    assert found == {"test_drawn", "test_written_down", "TestCalls::runTest"}


def test_each_is_kept_shown_and_replayed_by_one_line(said: str, folder: Path) -> None:
    cases = ElementTree.parse(folder / "it.xml").iter("testcase")
    replays = {
        case.get("name"): [each.get("value") or "" for each in case.iter("property")]
        for case in cases
    }
    assert [len(each) for each in replays.values()] == [1, 1, 0, 0, 1]
    kept = {path.read_text("utf-8").strip() for path in folder.glob("kept/*/token")}
    for line in (each for lines in replays.values() for each in lines):
        assert line.startswith("vgic-stress replay vs2-")
        assert f"\n\nreplay: {line}\n" in said
    assert {line.split()[2] for lines in replays.values() for line in lines} >= kept
    assert len(kept) >= 2
    assert "  kept in kept/" in said


def test_the_program_stands_before_the_line_that_replays_it(said: str) -> None:
    text = said[said.index("_ test_drawn _") :].partition("\n____")[0]
    assert text.index("=> I") < text.index("machine=Parameters(") < text.index("\nreplay: ")
    assert "Traceback" not in text
    assert "check_machine(machine" not in text


def test_where_github_runs_it_each_is_an_annotation_at_its_test(said: str, folder: Path) -> None:
    found = re.findall(r"^::error file=test_it.py,line=(\d+),title=(.*?)::(.*)$", said, re.M)
    assert sorted(title for _, title, _ in found) == [
        "test_it.py%3A%3ATestCalls%3A%3ArunTest",
        "test_it.py%3A%3Atest_drawn",
        "test_it.py%3A%3Atest_written_down",
    ]
    assert all("vgic-stress replay vs2-" in text for _, _, text in found)


# What the options say.

Ask = Callable[..., None]


@pytest.fixture
def ask(pytestconfig: pytest.Config, monkeypatch: pytest.MonkeyPatch) -> Ask:
    """Return what sets options of this session."""

    def ask(**values: str) -> None:
        for name, value in values.items():
            monkeypatch.setattr(pytestconfig.option, f"vgic_{name}", value)

    return ask


def tried(request: pytest.FixtureRequest, **called_with: Any) -> int:
    """Return how many executions a call has that finds nothing."""
    request.node.stash[COUNTS] = Counts()
    check_machine(FITS, **called_with)
    return int(request.node.stash[COUNTS].executions)


def test_the_command_line_comes_before_the_call(request: pytest.FixtureRequest, ask: Ask) -> None:
    assert tried(request) > tried(request, executions=12) == 12
    ask(executions="11")
    assert tried(request) == tried(request, executions=12) == 11
    ask(executions="5000", duration="0.001s")
    assert tried(request) < 5000


def schedules_of(**called_with: Any) -> list[str]:
    """Return under which schedules a machine fails that fails under some only, by strategy."""
    found = []
    for name in "abcdef":
        with pytest.raises(MachineFailed) as raised:
            check_machine(REROUTE, bugs="no_kick_after_migration", name=name, **called_with)
        found.append(str(raised.value._failing.deviations))
    return found


def test_the_seed_of_the_session_chooses_other_schedules(ask: Ask) -> None:
    alone = schedules_of()
    ask(seed="0")
    assert schedules_of() == alone
    ask(seed="7")
    seven = schedules_of()
    assert seven != alone
    assert schedules_of() == seven
    with pytest.raises(MachineFailed) as raised:
        check_machine(REROUTE, bugs="no_kick_after_migration")
    assert raised.value._failing.where.endswith("of this machine, seed 0x7")


def test_the_strategy_of_the_command_line_comes_before_that_of_the_call(ask: Ask) -> None:
    walks = schedules_of(strategy="random-walk")
    assert walks != schedules_of()
    ask(strategy="random-walk")
    assert schedules_of() == schedules_of(strategy="pct") == walks


def test_a_machine_that_has_failed_fails_again_however_little_time_is_left(ask: Ask) -> None:
    def fails(name: str) -> MachineFailed:
        with pytest.raises(MachineFailed) as raised:
            check_machine(REROUTE, bugs="no_kick_after_migration", name=name)
        return raised.value

    late = max("abcdef", key=lambda name: fails(name)._failing.execution)
    before = fails(late)._failing
    assert before.execution > 1
    ask(duration="0.000001s")
    assert fails(late)._failing == before
    check_machine(FITS)


def test_only_what_a_test_fails_for_is_confirmed_and_kept(
    request: pytest.FixtureRequest, ask: Ask, tmp_path: Path
) -> None:
    ask(findings=str(tmp_path / "kept"))
    with pytest.raises(MachineFailed) as raised:
        check_machine(OVERFLOW, bugs="no_splice")
    text = str(raised.value)
    assert not (tmp_path / "kept").exists()
    raised.value.settle(Running(request.node))
    (kept,) = (tmp_path / "kept").iterdir()
    assert f"  kept in {kept}\n" in str(raised.value)
    assert str(raised.value).splitlines()[-1] == text.splitlines()[-1]
    assert (kept / "token").read_text("utf-8").strip() == raised.value.token.encode()
    assert request.node.stash[COUNTS].findings == (raised.value.example.identity,)


def test_a_class_that_is_not_deterministic_is_said_to_be_so_and_is_not_kept(
    request: pytest.FixtureRequest, ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def differs(*args: object) -> list[NotDeterministic]:
        return [NotDeterministic("it came out otherwise")]

    monkeypatch.setattr("stress.plugin.keeping.differs_afresh", differs)
    ask(findings=str(tmp_path / "kept"))
    with pytest.raises(MachineFailed) as raised:
        check_machine(OVERFLOW, bugs="no_splice")
    raised.value.settle(Running(request.node))
    assert "it came out otherwise" in str(raised.value)
    assert raised.value.replay_command == ""
    assert not (tmp_path / "kept").exists()


def test_failures_that_hypothesis_groups_are_each_reported() -> None:
    one, other = SchedulesFailed("one\nthis"), SchedulesFailed("other")
    group = ExceptionGroup("two", [ValueError(), ExceptionGroup("inner", [one]), other])
    assert not_clean_in(group) == [one, other]
    assert headline(group) == "one"
    assert not_clean_in(ValueError()) == []
    assert headline(ExceptionGroup("none", [ValueError()])) == ""
