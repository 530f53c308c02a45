# SPDX-License-Identifier: GPL-2.0-only
"""Does the model run what a kernel plays: the same machine, under schedules of its own?"""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from harness import Failed, OsThreads
from stress.executions.single import run_index
from stress.executions.target import Target
from stress.plays import print_script, shipped
from stress.scenarios import SCENARIOS, BadScenarioFile, register

Write = Callable[..., Path]
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def played(scenario_file: Write) -> Callable[[str], str]:
    """Return what registers a play that is delivered, in a file of its own, and names it."""

    def write(name: str) -> str:
        path = scenario_file(print_script(shipped()[name]), file="mine.play", head="")
        assert register(path) == ["mine"]
        return "mine"

    return write


def test_each_execution_has_the_machine_of_the_play(played: Callable[[str], str]) -> None:
    scenario = SCENARIOS[played("headwalk_slow")]
    wanted = shipped()["headwalk_slow"]
    assert scenario.parameters(1, 0) == scenario.parameters(2, 7) == wanted.parameters
    assert scenario.origin == "mine.play"
    assert scenario.summary == wanted.title


def test_the_result_is_that_of_a_correct_kernel(played: Callable[[str], str]) -> None:
    """The script's own is of kernels, with the bugs that they have."""
    assert any(line.startswith("Result: Always") for line in shipped()["headwalk_slow"].about)
    scenario = SCENARIOS[played("headwalk_slow")]
    assert scenario.result == "Never"
    assert scenario.text.count("Result:") == 1


@pytest.mark.parametrize(("revision", "fails"), [("head-walk", True), ("reference", False)])
def test_a_bug_of_a_kernel_is_seen_in_its_revision(
    played: Callable[[str], str], revision: str, fails: bool
) -> None:
    scenario = SCENARIOS[played("headwalk_slow")]
    with OsThreads() as carriers:
        single = run_index(scenario, 1, 0, "burst", Target(revision), carriers)
    assert isinstance(single.execution.outcome, Failed) is fails


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("mine.play", "title a\nvcpu 0\n  acknowlege\n", "line 3"),
        ("mine.play", "\udcff", "utf-8"),
        ("two-words.play", "title a\nvcpu 0\n  work\n", "rename it"),
    ],
)
def test_what_is_no_play_is_refused(tmp_path: Path, file: str, text: str, said: str) -> None:
    path = tmp_path / file
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(BadScenarioFile, match=said):
        register(path)
    assert "mine" not in SCENARIOS


def test_one_thread_without_a_choice_is_no_strategy_at_fault(
    scenario_file: Write, here: Run
) -> None:
    """No strategy can leave the quiet default where there is nothing to choose."""
    script = "interrupt 40 edge priority 0x80\nvcpu 0\n  pend 40\n  acknowledge is 40\n  end\n"
    scenario_file(f"title alone\n{script}", file="alone.play", head="")
    done = here("run", "alone", "--scenarios", "alone.play", "--seed", 1, "--executions", 600)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "HARNESS BUG" not in done.stdout
