# SPDX-License-Identifier: GPL-2.0-only
"""All plays on two real kernels, and a build by each compiler.

What a race shows is not asserted, since it may not show. What needs no luck is: each play is
judged, no control is bad, the bug of March 2026 is in the old kernel and not in the new one, and
ends that nobody hears of are in both.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from stress.plays import shipped
from tests.kernels.fetch import WITH_THE_BUG, folder, versions

NEWEST = max(versions(), key=lambda version: list(map(int, version.split("."))), default="")
HEAD_WALK = {"headwalk_slow", "headwalk_priority"}
UNHEARD = {"resampled_stay", "resampled_apart"}
CONTROLS = {play.name for play in shipped().values() if play.control}
LONG_S = 3600

Result = dict[str, Any]


def vgic_stress(*words: object, path: str | None = None) -> subprocess.CompletedProcess[str]:
    environment = os.environ if path is None else {**os.environ, "PATH": path}
    return subprocess.run(
        [sys.executable, "-m", "stress", *map(str, words)],
        capture_output=True, text=True, env=environment, timeout=LONG_S, check=False,
    )  # fmt: skip


@pytest.fixture(scope="session", params=[WITH_THE_BUG, NEWEST])
def version(request: pytest.FixtureRequest) -> str:
    """Return the version of a kernel, which has to be there."""
    name: str = request.param
    assert (folder() / f"vmlinuz-{name}").is_file(), "python -m tests.kernels.install says more"
    return name


@pytest.fixture(scope="session")
def played(version: str, tmp_path_factory: pytest.TempPathFactory) -> Result:
    """Return what came of all plays on a kernel, by their names."""
    file = tmp_path_factory.mktemp(version) / "result.json"
    done = vgic_stress("kernel", "run", folder() / f"vmlinuz-{version}", "--json", file)
    assert done.returncode in (0, 1), done.stdout + done.stderr
    sys.stdout.write(done.stdout)
    result: Result = json.loads(file.read_text("utf-8"))
    assert result["ended_early"] == []
    return {each["name"]: each for each in result["plays"]}


def test_every_play_is_judged(played: Result) -> None:
    assert set(played) == set(shipped())
    assert {name: each["judged"] for name, each in played.items() if not each["judged"]} == {}


def test_no_control_is_bad(played: Result) -> None:
    assert CONTROLS
    assert {name: played[name]["bad"] for name in CONTROLS if played[name]["bad"]} == {}


def test_the_bug_of_march_2026_is_where_it_is(played: Result, version: str) -> None:
    for name in HEAD_WALK:
        each = played[name]
        assert each["bad"] == (each["judged"] if version == WITH_THE_BUG else 0)


def test_nobody_hears_of_some_ends_in_either(played: Result) -> None:
    for name in UNHEARD:
        assert played[name]["bad"] == played[name]["judged"]


def test_the_compiler_of_the_package_index_builds_it_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    emulator = shutil.which("qemu-system-aarch64")
    assert emulator is not None
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools" / "qemu-system-aarch64").symlink_to(emulator)
    image = folder() / f"vmlinuz-{NEWEST}"
    done = vgic_stress("kernel", "doctor", "--boot", image, path=str(tmp_path / "tools"))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "compiler  zig " in done.stdout
    assert f"boot      {NEWEST}" in done.stdout
