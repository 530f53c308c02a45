# SPDX-License-Identifier: GPL-2.0-only
"""What is reported of tests that explore: in the terminal, in JUnit XML, and where GitHub looks?"""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

Pytest = Callable[..., subprocess.CompletedProcess[str]]

TESTS = """
import pytest
from harness import Cell, HarnessBug, SpinLock
from vgic import Reference

class Broken(Reference):
    def __init__(self, kvm, watch):
        SpinLock(None, None, "what the harness raises itself")

def loses(scheduler):
    counter, ended = Cell(scheduler, "sum", "0", 0), []
    def add():
        counter.write(counter.read() + 1)
        ended.append(counter.value)
        assert len(ended) < 2 or counter.value == 2, "an update is lost"
    for role in "ab":
        scheduler.thread(role, add)

def test_program(schedules):
    schedules.explore(loses)

@pytest.mark.schedules(executions=10, shards=3)
@pytest.mark.parametrize("kernel", ["reference"])
def test_shards(schedules, kernel):
    assert schedules.scenario("one_interrupt", kernel=kernel).executions < 5

def test_of_the_ini_file(schedules):
    assert schedules.scenario("one_interrupt").executions == 7

@pytest.mark.xfail(reason="whatever is expected, this is not it")
def test_error(schedules):
    schedules.scenario("one_interrupt", kernel=Broken)

@pytest.mark.xfail(reason="neither is this", raises=AssertionError)
def test_bug():
    raise HarnessBug("as if raised by the harness in a test of somebody's own")

@pytest.mark.xfail(reason="known", strict=True)
def test_known(schedules):
    schedules.explore(loses)

def test_caught(schedules):
    with pytest.raises(AssertionError):
        schedules.explore(loses)

def test_noted(schedules):
    try:
        schedules.explore(loses)
    except AssertionError as error:
        error.add_note("Failing test case: n=2")
        raise

@pytest.mark.schedules(executions=5)
def test_without_the_fixture():
    pass

@pytest.mark.schedules(exec=5)
def test_bad(schedules):
    pass

def test_its_own_assertion(schedules):
    assert schedules.scenario("one_interrupt").executions == 8
"""
INI = """
[pytest]
vgic_executions = 7
vgic_findings = found
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("project") / "sub"


@pytest.fixture(scope="module")
def said(folder: Path) -> str:
    """Return what a session says, which GitHub runs, with a worker, above its root."""
    folder.mkdir()
    (folder / "pytest.ini").write_text(INI, "utf-8")
    (folder / "test_it.py").write_text(TESTS, "utf-8")
    words = ["-ra", "-n", "1", "-c", "sub/pytest.ini", "--junitxml", "sub/it.xml", "sub"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *words],
        cwd=folder.parent,
        env=os.environ
        | {"GITHUB_ACTIONS": "true", "GITHUB_WORKSPACE": str(folder.parent), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    return done.stdout + done.stderr


def test_errors_are_no_failures_and_what_is_expected_to_fail_may(said: str) -> None:
    assert "5 failed, 5 passed, 1 xfailed, 2 errors" in said, said
    assert "ERROR sub/test_it.py::test_error - HARNESS BUG: " in said
    assert "ERROR sub/test_it.py::test_bug - harness.engine.failures.HarnessBug" in said
    words = "FAILED sub/test_it.py::test_program - loses: an assertion fails in add"
    assert words in said


def test_the_table_has_each_test_that_tried_anything(said: str) -> None:
    rows = re.findall(r"^ *(\d+) +(\S+) +(\S+) +(\d+) +\d+\.\d  (.*)$", said, re.MULTILINE)
    table = {row[-1].removeprefix("test_it.py::"): row[:-1] for row in rows}
    assert {name: row[0] for name, row in table.items() if "shard" in name} == {
        "test_shards[shard 1/3-reference]": "4",
        "test_shards[shard 2/3-reference]": "3",
        "test_shards[shard 3/3-reference]": "3",
    }
    assert table["test_of_the_ini_file"][0] == "7"
    assert table["test_program"][3] == table["test_caught"][3] == "1"
    assert {"test_bad", "test_without_the_fixture", "test_bug"}.isdisjoint(table)
    assert table["together"][3] == "4"


def test_a_marker_that_makes_no_sense_says_why(said: str) -> None:
    assert "bad marker: schedules() got an unexpected keyword argument 'exec'" in said
    assert "bad marker: test_without_the_fixture does not ask for the fixture `schedules`" in said


def test_what_others_note_comes_before_the_line_that_replays(said: str) -> None:
    lines = said.splitlines()
    noted = lines.index("Failing test case: n=2")
    assert lines[noted + 1 : noted + 3] == ["", "replay:"]
    assert lines[noted + 3].startswith("pytest sub/test_it.py::test_noted --vgic-replay hs1-")


def test_github_gets_an_annotation_for_what_the_schedules_failed_by(said: str) -> None:
    lines = [line for line in said.splitlines() if line.startswith("::")]
    assert len(lines) == 3, lines
    assert all(line.startswith("::error file=sub/test_it.py,line=") for line in lines)
    (program,) = [line for line in lines if "test_program" in line]
    number = TESTS.splitlines().index("def test_program(schedules):") + 1
    assert f",line={number},title=test_it.py%3A%3Atest_program::loses: " in program
    assert "%0Apytest sub/test_it.py::test_program --vgic-replay hs1-" in program


def test_junit_has_the_replay_line_and_errors_as_errors(folder: Path, said: str) -> None:
    by_name = {
        str(case.get("name")): case
        for case in ElementTree.parse(folder / "it.xml").iter("testcase")
    }
    assert by_name["test_error"].find("error") is not None
    assert by_name["test_error"].find("failure") is None
    (failure,) = by_name["test_program"].iter("failure")
    (replay,) = by_name["test_program"].iter("property")
    assert str(failure.text).splitlines()[-1] == replay.get("value")
    assert not list(by_name["test_caught"].iter("property"))
    assert "Failing test case: n=2" in str(by_name["test_noted"][1].text)


def test_the_kept_token_fails_again_in_its_test_and_is_of_no_other(
    folder: Path, said: str, run_pytest: Pytest
) -> None:
    (kept,) = (folder / "found").iterdir()
    token = f"--vgic-replay=@{kept / 'token'}"
    again = run_pytest(TESTS, "-q", token, "test_it.py::test_program")
    assert again.returncode == 1
    assert "schedules explored" not in again.stdout
    assert "failed again: replayed strictly" in again.stdout
    assert "--vgic-replay hs1-" in again.stdout

    other = run_pytest(TESTS, "-q", token, "test_it.py::test_of_the_ini_file")
    assert "it ended with AssertionError" in other.stdout
    assert "before it came to what the token is of" in other.stdout


def test_a_token_for_what_explores_nothing_is_a_usage_error(run_pytest: Pytest, said: str) -> None:
    # Under a CI pytest's summary has it once more.
    replays = re.findall(r"^pytest sub/test_it.py::test_program (--vgic-replay .*)$", said, re.M)
    (line,) = set(replays)
    session = run_pytest("def test_it():\n    pass\n", "-q", *line.split())
    assert session.returncode == 4
    assert "test_it.py::test_it explores nothing" in session.stderr
