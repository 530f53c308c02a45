# SPDX-License-Identifier: GPL-2.0-only
"""Does `explore` tell a whole space from a limit, and find what is there to find?"""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.mark.parametrize("scenario", ["one_interrupt", "one_disable"])
def test_0_when_every_behaviour_was_seen_and_none_fails(vgic_stress: Run, scenario: str) -> None:
    done = vgic_stress("explore", scenario)
    assert done.returncode == 0, done.stdout + done.stderr
    last = done.stdout.splitlines()[-1]
    assert last.startswith("SUCCESS: complete: ")
    assert "inequivalent executions, none fails" in last


def test_a_limit_is_no_pass(vgic_stress: Run) -> None:
    done = vgic_stress("explore", "one_disable", "--limit", 20)
    assert done.returncode == 4, done.stdout + done.stderr
    assert "limit hit after 20" in done.stdout
    assert "not a pass" in done.stdout


def test_every_schedule_to_a_bound_says_that_there_are_more(vgic_stress: Run) -> None:
    done = vgic_stress("explore", "one_interrupt", "--preemptions", 0)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "of at most 0 preemptions, none fails; there are schedules of more" in done.stdout


def test_1_and_a_token_that_replays_when_something_fails(vgic_stress: Run) -> None:
    done = vgic_stress("explore", "one_interrupt", "--bug", "kick_without_request")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "I16 missed kick" in done.stdout
    token = done.stdout.split()[-1]
    assert vgic_stress("replay", token).returncode == 1


def test_the_result_for_programs(vgic_stress: Run, tmp_path: Path) -> None:
    file = tmp_path / "result.json"
    vgic_stress("explore", "one_interrupt", "--json", file)
    value = json.loads(file.read_text("utf-8"))
    assert value["complete"]
    assert value["failures"] == {}
    assert value["executions"] > 1
    assert value["preemptions"] is None


def test_2_for_a_scenario_that_is_not_there(vgic_stress: Run) -> None:
    done = vgic_stress("explore", "one_interupt")
    assert done.returncode == 2
    assert "did you mean one_interrupt" in done.stderr
