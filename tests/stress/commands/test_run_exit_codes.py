# SPDX-License-Identifier: GPL-2.0-only
"""Does `run` end with 0, 1 or 4 as the table of exit codes says?

Usage errors, harness bugs and interrupts have files of their own.
"""

import subprocess
from collections.abc import Callable

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]


def test_0_when_enough_executions_of_the_right_kernel_find_nothing(here: Run) -> None:
    scenarios = ("inject_while_eoicount", "one_disable")
    done = here("run", *scenarios, "--seed", 7, "--executions", 1_200)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1].startswith("SUCCESS")
    assert "too few" not in done.stdout


@pytest.mark.parametrize(
    "options",
    [
        ("--bug", "eoicount_not_preserved"),
        ("--bug", "kick_without_request"),
        ("--revision", "head-walk", "--bug", "eoicount_not_preserved"),
    ],
)
def test_1_when_something_is_found(here: Run, options: tuple[str, ...]) -> None:
    done = here("run", *options, "--seed", 7, "--executions", 2_000, "-x")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "finding 1: " in done.stdout
    assert done.stdout.splitlines()[-1].startswith("FAILURE")


def test_1_wins_over_4_when_too_few_executions_find_something(vgic_stress: Run) -> None:
    done = vgic_stress("run", "--revision", "head-walk", "--seed", 7, "--executions", 30)
    assert done.returncode == 1, done.stdout + done.stderr


@pytest.mark.parametrize("executions", [0, 30])
def test_4_when_there_are_too_few_executions_to_judge(here: Run, executions: int) -> None:
    done = here("run", "--seed", 7, "--executions", executions)
    assert done.returncode == 4, done.stdout + done.stderr
    assert "too few to judge" in done.stdout.splitlines()[-1]
    assert done.stdout.splitlines()[-1].startswith("FAILURE")


def test_4_when_the_time_is_over_at_once(vgic_stress: Run) -> None:
    assert vgic_stress("run", "--seed", 7, "--duration", "0.01s").returncode == 4


def test_0_when_just_one_execution_was_asked_for_and_passes(vgic_stress: Run) -> None:
    done = vgic_stress("run", "--seed", 7, "--execution", 17)
    assert done.returncode == 0, done.stdout + done.stderr
