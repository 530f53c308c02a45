# SPDX-License-Identifier: GPL-2.0-only
"""Does Ctrl-C end shrinking with the simplest execution so far?"""

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Result = Callable[..., dict[str, Any]]
Run = Callable[..., subprocess.CompletedProcess[str]]
Start = Callable[..., subprocess.Popen[str]]
PATIENCE_S = 60


@pytest.mark.parametrize("after_s", [0.0, 0.1, 0.3])
def test_it_prints_the_simplest_so_far(
    result: Result, vgic_stress: Run, start: Start, tmp_path: Path, after_s: float
) -> None:
    words = ("--bug", "eoicount_plus_one", "--seed", 1, "-x", "--shrink", 0)
    (finding,) = result("inject_while_eoicount", *words)["findings"]
    (tmp_path / "original").write_text(finding["token"], "ascii")
    process = start("shrink", "@original")
    assert process.stdout is not None
    assert process.stdout.readline().startswith("vgic-stress shrink: ")
    time.sleep(after_s)
    os.killpg(process.pid, signal.SIGINT)
    output, errors = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 1, output + errors
    assert errors == ""
    assert output.splitlines()[-1].startswith("vs2-")
    assert vgic_stress("replay", output.splitlines()[-1]).returncode == 1
