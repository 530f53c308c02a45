# SPDX-License-Identifier: GPL-2.0-only
"""Is a finding there when a run is killed, when its terminal goes, when its disk is full?"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]
Start = Callable[..., subprocess.Popen[str]]
PATIENCE_S = 60
NEVER_ENDS = ("--executions", 10_000_000, "--seed", 7, "--jobs", 1)


def wait_until(there: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not there():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.02)


def findings(folder: Path) -> list[Path]:
    """Return the tokens of what has been kept whole; the test file comes last."""
    kept = (folder / "vgic-stress-findings").glob("*/test_repro.py")
    return sorted(path.with_name("token") for path in kept)


def test_a_run_that_is_killed_leaves_its_findings_and_says_it_has_not_finished(
    start: Start, vgic_stress: Run, tmp_path: Path
) -> None:
    (tmp_path / "result.json").write_text('{"verdict": "clean", "exit": 0}', "utf-8")
    words = ("inject_while_eoicount", "--bug", "no_splice", *NEVER_ENDS, "--json", "result.json")
    process = start("run", *words)
    wait_until(lambda: bool(findings(tmp_path)), process)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    token, *_ = findings(tmp_path)
    assert {"original.token", "report.txt"} <= {path.name for path in token.parent.iterdir()}
    replayed = vgic_stress("replay", f"@{token}")
    assert replayed.returncode == 1, replayed.stdout + replayed.stderr
    result = json.loads((tmp_path / "result.json").read_text("utf-8"))
    assert (result["verdict"], result["exit"], result["seed"]) == ("unfinished", None, 7)


def test_an_exploration_that_is_killed_leaves_its_findings(
    start: Start, vgic_stress: Run, tmp_path: Path
) -> None:
    words = ("--bug", "kick_without_request", "--preemptions", 9, "--json", "result.json")
    process = start("explore", "one_reroute", *words)
    wait_until(lambda: bool(findings(tmp_path)), process)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    replayed = vgic_stress("replay", f"@{findings(tmp_path)[0]}")
    assert replayed.returncode == 1, replayed.stdout + replayed.stderr
    result = json.loads((tmp_path / "result.json").read_text("utf-8"))
    assert (result["verdict"], result["exit"]) == ("unfinished", None)


def test_under_nohup_a_terminal_that_closes_ends_nothing(tmp_path: Path) -> None:
    words = ("run", "one_interrupt", "--executions", "700", "--seed", "7", "--jobs", "1")
    process = subprocess.Popen(
        [sys.executable, "-m", "stress", *words],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN),
    )
    assert process.stdout is not None
    assert process.stdout.readline().startswith("vgic-stress run: ")
    os.killpg(process.pid, signal.SIGHUP)
    output, _ = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0, output


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("run", "inject_while_eoicount", "--bug", "no_splice", "-x"), 1),
        (("run", "inject_while_eoicount", "--executions", "10"), 4),
        (("run", "one_interrupt", "--execution", "3"), 2),
        (("explore", "one_interrupt", "--bug", "kick_without_request"), 1),
        (("explore", "one_interrupt"), 2),
    ],
)
def test_a_report_that_cannot_be_written_hides_no_verdict(
    vgic_stress: Run, words: tuple[str, ...], code: int
) -> None:
    """What would have been clean is not: somebody may wait for the report."""
    jobs = ("--jobs", 1) if words[0] == "run" else ()
    done = vgic_stress(*words, "--seed", 7, *jobs, "--json", "/dev/full")
    assert done.returncode == code, done.stdout + done.stderr
    assert "--json /dev/full: it cannot be written: No space left on device" in done.stdout
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(("revision", "code"), [("head-walk", 1), ("reference", 2)])
def test_a_timeline_that_cannot_be_written_hides_none_either(
    vgic_stress: Run, a_token: str, revision: str, code: int
) -> None:
    done = vgic_stress("replay", a_token, "--revision", revision, "--timeline", "/dev/full")
    assert done.returncode == code, done.stdout + done.stderr
    assert "--timeline /dev/full: it cannot be written: No space left on device" in done.stdout
    assert done.stderr == ""


def test_a_finding_that_cannot_be_kept_is_printed_whole(vgic_stress: Run, tmp_path: Path) -> None:
    (tmp_path / "vgic-stress-findings").write_text("no folder", "utf-8")
    words = ("inject_while_eoicount", "--bug", "no_splice", "-x", "--seed", 7, "--jobs", 1)
    done = vgic_stress("run", *words)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "not kept: its folder cannot be written" in done.stdout
    assert "replay: vgic-stress replay vs2-" in done.stdout
