# SPDX-License-Identifier: GPL-2.0-only
"""Does nothing that a patch says act on a terminal, and is no finding lost by it?"""

import json
import os
import re
import subprocess
import sysconfig
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]

FILE = os.fsdecode(b"-caf\xe9 it's\n\x1b[31m.py")
PATCH = """
from vgic import Reference

class MyKernel(Reference):
    def announce_pending(self, vcpu):
        raise type("X/../../elsewhere\\n\\x1b[31m", (Exception,), {})("\\udc80\\nSUCCESS: none")
"""
UNPRINTABLE = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e\ud800-\udfff]")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("outside")
    (folder / FILE).write_text(PATCH, "utf-8")
    return folder


@pytest.fixture(scope="module")
def done(folder: Path, run_in: Run) -> subprocess.CompletedProcess[str]:
    words = ("many_interrupts", "--revision", FILE, "--executions", 20, "--seed", 1, "--jobs", 1)
    return run_in(folder, "run", *words, "--json", "result.json", "-v")


def test_a_hostile_patch_is_found_and_printed_harmlessly(
    done: subprocess.CompletedProcess[str],
) -> None:
    assert done.returncode == 1, done.stdout + done.stderr
    assert not UNPRINTABLE.search(done.stdout + done.stderr)
    assert "Traceback" not in done.stdout + done.stderr
    assert r"X/../../elsewhere\n\x1b[31m: \udc80\nSUCCESS: none" in done.stdout
    assert not re.search("^SUCCESS", done.stdout, re.MULTILINE)


def test_its_finding_is_kept_and_in_the_json(
    done: subprocess.CompletedProcess[str], folder: Path
) -> None:
    (kept,) = (folder / "vgic-stress-findings").iterdir()
    assert f"kept in vgic-stress-findings/{kept.name}" in done.stdout
    result: dict[str, Any] = json.loads((folder / "result.json").read_text("utf-8"))
    assert result["revision"] == FILE
    assert result["findings"][0]["token"] == (kept / "token").read_text("utf-8").strip()
    for path in kept.iterdir():
        assert not UNPRINTABLE.search(path.read_text("utf-8")), path


def test_its_command_replays_it_when_it_is_pasted(
    done: subprocess.CompletedProcess[str], folder: Path
) -> None:
    (command,) = re.findall(r"^  replay: (.*)$", done.stdout, re.MULTILINE)
    path = f"{sysconfig.get_path('scripts')}{os.pathsep}{os.environ['PATH']}"
    again = subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env=os.environ | {"PATH": path},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert again.returncode == 1, again.stdout + again.stderr
    assert "same digest" in again.stdout
    assert not UNPRINTABLE.search(again.stdout + again.stderr)


def test_what_is_wrong_with_a_patch_is_said_in_one_harmless_line(folder: Path, run_in: Run) -> None:
    (folder / "bad.py").write_text('raise ValueError("\\x1b[2J\\nSUCCESS: \\udc80")', "utf-8")
    done = run_in(folder, "run", "--revision", "bad.py")
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.splitlines() == [
        r"vgic-stress: bad.py cannot be run: line 1: ValueError: \x1b[2J\nSUCCESS: \udc80"
    ]
