# SPDX-License-Identifier: GPL-2.0-only
"""Does Ctrl-C once end a run cleanly with a summary, and twice at once? Both are 130.

A patch leaves a mark where it is first called, so that the interrupt comes while the campaign
is under way, whatever the machine's speed.
"""

import json
import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

Patch = Callable[[str], str]
Start = Callable[..., subprocess.Popen[str]]
LONG = ("run", "--executions", 10_000_000)
MARK = "open('mark', 'w').close()"
PATIENCE_S = 60


def wait_for(path: Path, process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not path.exists():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_once_ends_cleanly_with_a_summary_and_the_json_object(
    start: Start, patch: Patch, tmp_path: Path, number: int
) -> None:
    """SIGTERM to the whole group is what `timeout` sends, SIGHUP a terminal that is closed."""
    words = ("--revision", patch(MARK), "--seed", "7", "--jobs", "2", "--json", "result.json")
    process = start(*LONG, *words)
    wait_for(tmp_path / "mark", process)
    os.killpg(process.pid, number)
    output, errors = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 130, output + errors
    assert "Traceback" not in errors
    result = json.loads((tmp_path / "result.json").read_text("utf-8"))
    assert (result["verdict"], result["exit"]) == ("interrupted", 130)
    assert 0 < result["executions"] < 10_000_000
    assert f"{result['executions']} executions, {result['steps']} steps" in output
    last = output.splitlines()[-1]
    assert last.startswith("FAILURE: interrupted")
    assert "seed=0x7" in last


@pytest.mark.parametrize(
    ("number", "after_s"),
    [
        *((signal.SIGINT, each) for each in (0.0, 0.05, 0.1, 0.2)),
        *((signal.SIGTERM, each) for each in (0.0, 0.1)),
        *((signal.SIGHUP, each) for each in (0.05, 0.2)),
    ],
)
def test_it_may_come_while_the_workers_are_born(start: Start, number: int, after_s: float) -> None:
    process = start(*LONG, "--seed", "7", "--jobs", "2")
    assert process.stdout is not None
    assert process.stdout.readline().startswith("vgic-stress run: ")
    time.sleep(after_s)
    os.killpg(process.pid, number)
    output, errors = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 130, output + errors
    assert "HARNESS BUG" not in output
    assert "Traceback" not in errors


def test_workers_end_when_their_parent_is_killed(
    start: Start, patch: Patch, tmp_path: Path
) -> None:
    hang = f"{MARK}; __import__('threading').Event().wait()"
    process = start(*LONG, "--revision", patch(hang), "--seed", "7", "--jobs", "2")
    wait_for(tmp_path / "mark", process)
    process.kill()
    # Whoever was left behind would keep the pipes open.
    process.communicate(timeout=PATIENCE_S)


def test_twice_ends_at_once_with_every_worker(start: Start, patch: Patch, tmp_path: Path) -> None:
    hang = f"{MARK}; __import__('threading').Event().wait()"
    process = start(*LONG, "--revision", patch(hang), "--seed", "7", "--jobs", "2")
    wait_for(tmp_path / "mark", process)
    deadline = time.monotonic() + PATIENCE_S
    interrupts = 0
    while process.poll() is None:
        assert time.monotonic() < deadline
        os.killpg(process.pid, signal.SIGINT)
        interrupts += 1
        time.sleep(0.2)
    # A worker that was left behind would keep the pipes open.
    output, errors = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 130, output + errors
    assert interrupts > 1, "the first one has to wait for the batches under way"
    assert "interrupted after" not in output
    assert "Traceback" not in errors


def test_a_terminal_that_is_closed_takes_nothing_with_it(patch: Patch, tmp_path: Path) -> None:
    words = ("--revision", patch(MARK), "--seed", "7", "--jobs", "1", "--json", "result.json")
    command = [sys.executable, "-m", "stress", *map(str, LONG), *words]
    pid, terminal = pty.fork()
    if not pid:
        os.chdir(tmp_path)
        signal.signal(signal.SIGHUP, signal.SIG_DFL)  # whatever these tests run under
        os.execv(command[0], command)
    deadline = time.monotonic() + PATIENCE_S
    while not (tmp_path / "mark").exists():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    os.close(terminal)
    _, status = os.waitpid(pid, 0)
    assert os.waitstatus_to_exitcode(status) == 130
    result = json.loads((tmp_path / "result.json").read_text("utf-8"))
    assert (result["verdict"], result["exit"]) == ("interrupted", 130)
