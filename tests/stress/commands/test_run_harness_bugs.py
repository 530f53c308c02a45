# SPDX-License-Identifier: GPL-2.0-only
"""Does `run` end with 3, and say what happened where, when its own ground gives way?

Nondeterminism, a worker that dies, a worker that hangs. A missed canary needs a broken search
and is tested with a stand-in for the workers.
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


def test_3_when_a_patch_depends_on_earlier_executions(vgic_stress: Run, patch: Patch) -> None:
    target = patch("[vcpu.mode.read() for _ in range(next(_calls) % 7)]")
    done = vgic_stress("run", "--revision", target, "--seed", 7, "--jobs", 1)
    assert "nondeterminism" in broken(done)


@pytest.mark.parametrize("jobs", [1, 2])
def test_3_when_a_worker_dies(vgic_stress: Run, patch: Patch, jobs: int) -> None:
    done = vgic_stress(
        "run", "--revision", patch("os.kill(os.getpid(), 9)"), "--seed", 7, "--jobs", jobs
    )
    text = broken(done)
    assert "died (exit code -9)" in text


def test_3_when_a_worker_hangs_and_its_execution_is_named(vgic_stress: Run, patch: Patch) -> None:
    target = patch("while True: pass")
    words = ("--revision", target, "--seed", 7, "--jobs", 1)
    text = broken(vgic_stress("run", *words, VGIC_STRESS_SILENCE_S="2"))
    assert "a worker hangs: no step for 2 s" in text
    assert "in execution 0 of inject_while_eoicount" in text


def test_3_still_writes_the_json_object(vgic_stress: Run, patch: Patch, tmp_path: Path) -> None:
    words = ("--revision", patch("os.kill(os.getpid(), 9)"), "--seed", 7, "--jobs", 1)
    broken(vgic_stress("run", *words, "--json", "result.json"))
    result = json.loads((tmp_path / "result.json").read_text("utf-8"))
    assert (result["seed"], result["executions"], result["findings"]) == (7, 0, [])
    assert (result["verdict"], result["exit"]) == ("harness bug", 3)
    assert "died" in result["harness_bugs"][0]
