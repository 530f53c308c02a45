# SPDX-License-Identifier: GPL-2.0-only
"""Can a newcomer find out what there is, and what the exit codes mean, from the command alone?"""

import json
import subprocess
from collections.abc import Callable, Collection

import pytest

from harness.strategies import STRATEGIES
from stress.exits import table
from stress.scenarios import SCENARIOS
from vgic import BUGS, REVISIONS

Run = Callable[..., subprocess.CompletedProcess[str]]
KINDS: dict[str, Collection[str]] = {
    "scenarios": SCENARIOS,
    "revisions": REVISIONS,
    "bugs": BUGS,
    "strategies": STRATEGIES,
}


@pytest.mark.parametrize("kind", KINDS)
def test_list_gives_each_name_a_line_and_a_summary(vgic_stress: Run, kind: str) -> None:
    done = vgic_stress("list", kind)
    assert done.returncode == 0, done.stderr
    rows = {line.split()[0]: line.split()[1:] for line in done.stdout.splitlines()}
    assert set(rows) >= set(KINDS[kind])
    assert all(len(words) > 2 for words in rows.values())


@pytest.mark.parametrize("kind", KINDS)
def test_list_json_is_for_programs(vgic_stress: Run, kind: str) -> None:
    done = vgic_stress("list", kind, "--json")
    assert done.returncode == 0, done.stderr
    rows = json.loads(done.stdout)
    assert {row["name"] for row in rows} >= set(KINDS[kind])
    assert all(row["summary"] for row in rows)


def test_listed_scenarios_say_whether_a_correct_kernel_can_fail(vgic_stress: Run) -> None:
    rows = json.loads(vgic_stress("list", "scenarios", "--json").stdout)
    assert {row["result"] for row in rows} <= {"Never", "Sometimes"}


@pytest.mark.parametrize("command", ["run", "replay"])
def test_help_contains_the_table_of_exit_codes(vgic_stress: Run, command: str) -> None:
    done = vgic_stress(command, "--help")
    assert done.returncode == 0, done.stderr
    printed = " ".join(done.stdout.split())
    for line in table().splitlines():
        assert " ".join(line.split()) in printed


def test_help_of_run_names_every_option(vgic_stress: Run) -> None:
    printed = vgic_stress("run", "--help").stdout
    for option in (
        "--executions", "--duration", "--seed", "--strategy", "--jobs", "-x", "--json", "-q", "-v",
        "--revision", "--bug", "--execution",
    ):  # fmt: skip
        assert option in printed


def test_without_words_there_is_help(vgic_stress: Run) -> None:
    done = vgic_stress()
    assert "replay" in done.stdout + done.stderr
    assert "run" in done.stdout + done.stderr
