# SPDX-License-Identifier: GPL-2.0-only
"""Does `run` end with 3, and say what happened where, when its own ground gives way?

A worker that dies. A missed canary needs a broken search and is tested with a stand-in for the
workers. What is the fault of a user's class: test_run_at_fault.py.
"""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]
Patch = Callable[[str], str]


def broken(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 3, done.stdout + done.stderr
    assert "HARNESS BUG" in done.stdout
    last = done.stdout.splitlines()[-1]
    assert last.startswith("FAILURE")
    assert "seed=0x7" in last
    return done.stdout


@pytest.mark.parametrize("jobs", [1, 2])
def test_3_when_a_worker_dies_and_the_json_object_is_still_written(
    vgic_stress: Run, patch: Patch, tmp_path: Path, jobs: int
) -> None:
    words = ("--revision", patch("os.kill(os.getpid(), 9)"), "--seed", 7, "--jobs", jobs)
    text = broken(vgic_stress("run", *words, "--json", "result.json"))
    assert "died (exit code -9)" in text
    result = json.loads((tmp_path / "result.json").read_text("utf-8"))
    assert (result["seed"], result["executions"], result["findings"]) == (7, 0, [])
    assert (result["verdict"], result["exit"]) == ("harness bug", 3)
    assert "died" in result["harness_bugs"][0]
