# SPDX-License-Identifier: GPL-2.0-only
"""Does the log of a night that is killed hold what it has found, in whole lines, and go on?"""

import json
import os
import re
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

Start = Callable[..., subprocess.Popen[str]]
PATIENCE_S = 60
LINE = re.compile(
    r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d (DEBUG|INFO|WARNING) "
    r"((worker [12]|the fresh process|lane [0-3]): )?\S.*"
)
FINDING = re.compile(r" INFO finding (\S+) on head-walk: .*, in (\S+), token (\S+)$")
NIGHT = ("nightly", "one_interrupt", "--revision", "head-walk", "--seed", 7, "--jobs", 2)


def lines(folder: Path) -> list[str]:
    return [line for log in folder.glob("runs/*/log.txt") for line in log.read_text().splitlines()]


def test_a_night_that_is_killed_has_logged_what_it_has_found(start: Start, tmp_path: Path) -> None:
    nights = tmp_path / "nights"
    process = start(*NIGHT, "--executions", 100_000, "--out", nights, "-vv")
    deadline = time.monotonic() + PATIENCE_S
    while not (nights.exists() and any(map(FINDING.search, lines(nights)))):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    logged = lines(nights)
    assert all(map(LINE.fullmatch, logged))
    assert {"worker 1", "worker 2"} <= {line.split(" ", 3)[3].split(":")[0] for line in logged}
    for match in filter(None, map(FINDING.search, logged)):
        id_, folder, token = match.groups()
        assert json.loads((Path(folder) / "finding.json").read_text("utf-8"))["id"] == id_
        assert (Path(folder) / "token").read_text("utf-8").strip() == token
