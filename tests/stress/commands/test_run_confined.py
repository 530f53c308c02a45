# SPDX-License-Identifier: GPL-2.0-only
"""What can a patch do to the processes, descriptors and modules of the harness?"""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]
Start = Callable[..., subprocess.Popen[str]]
Patch = Callable[[str], str]

PATIENCE_S = 20

STARTS = {
    "fork": ("os.fork()", "my_patch.py:11 in vgic_prune_ap_list"),
    "system": ("os.system('sleep 1000 &')", "my_patch.py:11 in vgic_prune_ap_list"),
    "exec": ("os.execv('/bin/true', ['true'])", "my_patch.py:11 in vgic_prune_ap_list"),
    "posix": ("__import__('posix').fork()", "my_patch.py:11 in vgic_prune_ap_list"),
    "Popen": ("__import__('subprocess').Popen(['sleep', '1000'])", "subprocess.py:"),
}


def left_of(number: int) -> list[str]:
    """Return the processes of a session; give those that are ending the time that takes."""
    deadline = time.monotonic() + PATIENCE_S
    while (left := listed(number)) and time.monotonic() < deadline:
        time.sleep(0.02)
    return left


def listed(number: int) -> list[str]:
    done = subprocess.run(
        ["ps", "-o", "stat=,args=", "--sid", str(number)],
        capture_output=True,
        text=True,
        check=False,
    )
    return [line for line in done.stdout.splitlines() if not line.startswith("Z")]


@pytest.mark.parametrize("what", STARTS)
def test_who_starts_a_process_is_told_where_and_none_is_left(
    start: Start, patch: Patch, what: str
) -> None:
    statement, place = STARTS[what]
    words = ("--revision", patch(statement), "-x", "--seed", 7, "--jobs", 2, "--shrink", 0)
    process = start("run", "one_interrupt", *words)
    output, errors = process.communicate(timeout=120)
    assert process.returncode == 1, output + errors
    assert "finding 1: exception in vgic_prune_ap_list" in output
    assert "code under test starts no process" in output
    assert place in output
    assert left_of(process.pid) == []


@pytest.mark.parametrize("command", ["run", "explore", "replay"])
def test_who_ends_the_process_ends_nothing(
    vgic_stress: Run, patch: Patch, a_token: str, command: str
) -> None:
    words = [command, a_token if command == "replay" else "one_interrupt"]
    words += ["--executions", "30"] if command == "run" else []
    done = vgic_stress(*words, "--revision", patch("os._exit(0)"))
    assert done.returncode == (125 if command == "replay" else 1), done.stdout + done.stderr
    assert "EndsTheProcess: os._exit: code under test does not end the process" in done.stdout


AT_ITS_TOP = {
    "it ends the process": ("import os; os._exit(0)", 2, "EndsTheProcess"),
    "it closes the streams": ("import sys; sys.stdout = sys.stderr = None", 0, "SUCCESS: "),
    "it goes elsewhere": ("import os; os.chdir('/')", 0, "SUCCESS: "),
    "a thread never ends": (
        "import threading, time; threading.Thread(target=time.sleep, args=(1000,)).start()",
        0,
        "SUCCESS: ",
    ),
    "its code at the exit": ("import atexit, os; atexit.register(os._exit, 7)", 0, "SUCCESS: "),
    "children are ignored": (
        "import signal; signal.signal(signal.SIGCHLD, signal.SIG_IGN)",
        0,
        "SUCCESS: ",
    ),
}


@pytest.mark.parametrize("what", AT_ITS_TOP)
def test_what_a_file_does_at_its_top_changes_no_verdict(
    vgic_stress: Run, patch: Patch, tmp_path: Path, what: str
) -> None:
    statement, code, words = AT_ITS_TOP[what]
    target = patch("pass")
    path = tmp_path / "my_patch.py"
    path.write_text(f"{statement}\n{path.read_text('utf-8')}", "utf-8")
    done = vgic_stress("run", "one_interrupt", "--revision", target, "--execution", 1)
    assert done.returncode == code, done.stdout + done.stderr
    assert words in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_processes_are_started_as_ever_where_no_execution_is_under_way(
    vgic_stress: Run, patch: Patch, tmp_path: Path
) -> None:
    target = patch("pass")
    path = tmp_path / "my_patch.py"
    path.write_text(f"import os\nos.system('true')\n{path.read_text('utf-8')}", "utf-8")
    done = vgic_stress("run", "one_interrupt", "--revision", target, "--execution", 1)
    assert done.returncode == 0, done.stdout + done.stderr


CLOSES_WHAT_IS_OPEN = "[os.close(int(fd)) for fd in os.listdir('/proc/self/fd')[3:-1]]"


def test_who_closes_whatever_there_is_is_told_where(vgic_stress: Run, patch: Patch) -> None:
    closes = ("--revision", patch("os.closerange(3, 100)"), "-x", "--shrink", 0)
    done = vgic_stress("run", "one_interrupt", *closes)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "ClosesDescriptors: os.closerange: " in done.stdout
    assert "my_patch.py:11 in vgic_prune_ap_list" in done.stdout


@pytest.mark.parametrize("command", ["run", "explore"])
def test_who_closes_descriptors_hangs_nothing(vgic_stress: Run, patch: Patch, command: str) -> None:
    closes = ("--revision", patch(CLOSES_WHAT_IS_OPEN))
    done = vgic_stress(command, "one_interrupt", *closes, VGIC_STRESS_SILENCE_S="0")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "descriptors of the harness were closed" in done.stdout
    assert "HARNESS BUG" not in done.stdout
    assert "Traceback" not in done.stderr


SHADOWED = ("json", "queue", "signal", "socket", "threading", "typing", "vgic")


@pytest.mark.parametrize("how", ["command", "module"])
def test_nothing_is_imported_from_the_current_directory(
    patch: Patch, tmp_path: Path, how: str
) -> None:
    patch("pass")
    for name in SHADOWED:
        (tmp_path / f"{name}.py").write_text("open('imported', 'w')\n", "utf-8")
    (tmp_path / "my_patch.py").rename(tmp_path / "signal.py")
    command = Path(sys.executable).with_name("vgic-stress")
    run = [str(command)] if how == "command" else [sys.executable, "-m", "stress"]
    words = ["run", "one_interrupt", "--revision", "signal.py:MyKernel", "--execution", "1"]
    done = subprocess.run(
        [*run, *words, "--jobs", "2"],
        cwd=tmp_path,
        env={key: value for key, value in os.environ.items() if key != "PYTHONSAFEPATH"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert not (tmp_path / "imported").exists()
