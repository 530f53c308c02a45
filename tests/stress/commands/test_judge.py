# SPDX-License-Identifier: GPL-2.0-only
"""Is an execution judged by what `--judge` names, and does a token of either replay untold?"""

import subprocess
from collections.abc import Callable
from typing import Any

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]
Result = Callable[..., dict[str, Any]]

WORDS = ("many_interrupts", "--bug", "prune_active", "--seed", 3, "--executions", 40, "-x")


@pytest.mark.parametrize(
    ("judge", "found_as"),
    [("architecture", "architecture: stuck active"), ("invariants", "I"), ("both", "I")],
)
def test_what_judges_finds_the_bug_and_its_token_replays_by_the_same_judge(
    here: Run, result_here: Result, judge: str, found_as: str
) -> None:
    found = result_here(*WORDS, "--judge", judge)
    assert found["judge"] == judge
    (finding,) = found["findings"]
    assert finding["signature"].startswith(found_as)
    replay = here("replay", finding["token"])
    assert replay.returncode == 1, replay.stdout + replay.stderr
    assert "(same digest)" in replay.stdout
    right = here("replay", finding["token"], "--revision", "reference")
    assert right.returncode == 0, right.stdout + right.stderr


def test_the_architecture_alone_notes_no_windows_and_asks_for_none(here: Run) -> None:
    words = ("one_interrupt", "--seed", 3, "--executions", 600)
    ran = here("run", *words, "--judge", "architecture")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "no windows: it is the judges of invariants that note them" in ran.stdout


def test_what_was_asked_for_may_be_no_judge(here: Run) -> None:
    ran = here("run", "one_interrupt", "--judge", "architektur")
    assert ran.returncode == 2
    assert "--judge architektur: it takes invariants, architecture or both" in ran.stderr
