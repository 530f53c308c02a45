# SPDX-License-Identifier: GPL-2.0-only
"""Does `explore` tell a whole space from a limit, and find what is there to find?"""

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from stress.inputs.arguments import LIMIT

Run = Callable[..., subprocess.CompletedProcess[str]]
Start = Callable[..., subprocess.Popen[str]]


@pytest.mark.parametrize("scenario", ["one_interrupt", "one_disable"])
def test_0_when_every_behaviour_was_seen_and_none_fails(vgic_stress: Run, scenario: str) -> None:
    done = vgic_stress("explore", scenario)
    assert done.returncode == 0, done.stdout + done.stderr
    last = done.stdout.splitlines()[-1]
    assert last.startswith(f"SUCCESS: complete, none fails: {scenario} on reference (seed=0x0 ")
    assert "inequivalent executions, none fails" in done.stdout


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
    token = done.stdout.partition("  replay: vgic-stress replay ")[2].split()[0]
    assert vgic_stress("replay", token).returncode == 1


def test_the_result_for_programs(vgic_stress: Run, tmp_path: Path) -> None:
    file = tmp_path / "result.json"
    vgic_stress("explore", "one_interrupt", "--json", file)
    value = json.loads(file.read_text("utf-8"))
    assert (value["verdict"], value["exit"]) == ("clean", 0)
    assert value["complete"]
    assert value["failures"] == {}
    assert value["executions"] > 1
    assert (value["preemptions"], value["limit"]) == (None, LIMIT)


def test_130_with_the_result_so_far_when_it_is_interrupted(start: Start, tmp_path: Path) -> None:
    process = start("explore", "migration_ping_pong", "--json", "r.json")
    assert process.stdout is not None
    first = process.stdout.readline()
    assert first.startswith("vgic-stress explore: migration_ping_pong on reference (seed=0x0 ")
    time.sleep(0.3)
    os.killpg(process.pid, signal.SIGINT)
    output, errors = process.communicate(timeout=60)
    assert process.returncode == 130, output + errors
    assert errors == ""
    assert output.startswith("interrupted after ")
    assert output.splitlines()[-1].startswith("FAILURE: interrupted, not a pass: ")
    value = json.loads((tmp_path / "r.json").read_text("utf-8"))
    assert (value["verdict"], value["complete"]) == ("interrupted", False)


def test_the_bound_is_in_the_first_line(vgic_stress: Run) -> None:
    done = vgic_stress("explore", "one_interrupt", "--preemptions", 1)
    assert " preemptions=1 " in done.stdout.splitlines()[0]


def test_2_for_a_scenario_that_is_not_there(vgic_stress: Run) -> None:
    done = vgic_stress("explore", "one_interupt")
    assert done.returncode == 2
    assert "did you mean one_interrupt" in done.stderr
