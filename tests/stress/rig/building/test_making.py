# SPDX-License-Identifier: GPL-2.0-only
"""The monitor is built once, found again, and built anew when anything changes."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from stress.rig.building.compiling import BuildFailed, BuildInterrupted
from stress.rig.building.making import monitor
from stress.rig.building.recipe import recipe
from stress.rig.building.toolchain import GCC, ZIG, Toolchain

Compiler = Callable[..., Path]


@pytest.fixture
def gcc(compiler: Compiler, tools: Path) -> Toolchain:
    compiler()
    return Toolchain(GCC, (str(tools / "aarch64-linux-gnu-gcc"),), "a gcc of straw 1.2.3")


CALLS = len(recipe(GCC).commands(Path(), Path()))


def builds(log: Path) -> int:
    return len(log.read_text("utf-8").splitlines())


def test_it_is_built_once(gcc: Toolchain, compiler: Compiler, cache_home: Path) -> None:
    log = compiler()
    first = monitor(gcc)
    assert first.built
    assert first.executable.startswith(b"made ")
    again = monitor(gcc)
    assert (again.built, again.executable, again.path) == (False, first.executable, first.path)
    assert builds(log) == CALLS
    assert [path.name for path in (cache_home / "vgic-stress").iterdir()] == [
        first.path.name if first.path else ""
    ]


def test_another_compiler_builds_another(gcc: Toolchain) -> None:
    paths = {monitor(gcc._replace(version=version)).path for version in ("1", "2", "1")}
    assert len(paths) == 2


def test_a_change_of_a_source_builds_another(
    gcc: Toolchain, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    header = tmp_path / "a.h"
    making = recipe(GCC)._replace(files=(header,))
    monkeypatch.setattr("stress.rig.building.making.recipe", lambda kind: making)
    paths = []
    for text in ("one", "two", "one"):
        header.write_text(text, "utf-8")
        paths.append(monitor(gcc).path)
    assert paths[0] == paths[2] != paths[1]


def test_it_is_called_with_what_the_recipe_says(gcc: Toolchain, compiler: Compiler) -> None:
    log = compiler()
    monitor(gcc)
    guest, rest = map(str.split, log.read_text("utf-8").splitlines())
    assert "-ffreestanding" in guest
    assert "-static" in rest
    assert rest[-len(recipe(GCC).sources) :] == list(map(str, recipe(GCC).sources))


def test_zig_is_given_a_target_and_a_cache(
    compiler: Compiler, tools: Path, cache_home: Path
) -> None:
    log = compiler(
        "zig", makes="import os; print(os.environ['ZIG_GLOBAL_CACHE_DIR'], file=open("
        "words[words.index('-o') + 1], 'w'))",
    )  # fmt: skip
    made = monitor(Toolchain(ZIG, (str(tools / "zig"), "cc"), "zig 0.99.0"))
    assert made.executable.decode().strip() == str(cache_home / "vgic-stress" / "zig")
    for line in log.read_text("utf-8").splitlines():
        assert line.split()[:3] == ["cc", "-target", "aarch64-linux-musl"]


def test_where_nothing_can_be_kept_it_is_built_each_time_with_a_note(
    gcc: Toolchain, compiler: Compiler, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a file").write_text("", "utf-8")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "a file"))
    log = compiler()
    for _ in range(2):
        made = monitor(gcc)
        assert made.path is None
        assert "cannot be written: Not a directory" in made.note
    assert builds(log) == 2 * CALLS


def test_a_compiler_that_fails_is_quoted_bounded_and_escaped(
    compiler: Compiler, tools: Path, cache_home: Path
) -> None:
    compiler(makes='[print("\\x1b[2J error", n, "x" * 5000) for n in range(500)]; sys.exit(3)')
    broken = Toolchain(GCC, (str(tools / "aarch64-linux-gnu-gcc"),), "a gcc of straw")
    with pytest.raises(BuildFailed) as failed:
        monitor(broken)
    text = str(failed.value)
    assert "(exit code 3)" in text
    assert r"  \x1b[2J error 0 " in text
    assert "\x1b" not in text
    assert "480 lines" in text
    assert len(text) < 6000
    assert list((cache_home / "vgic-stress").iterdir()) == []


def test_a_compiler_that_makes_nothing_has_failed(compiler: Compiler, tools: Path) -> None:
    compiler(makes="pass")
    with pytest.raises(BuildFailed, match="has made nothing"):
        monitor(Toolchain(GCC, (str(tools / "aarch64-linux-gnu-gcc"),), "a gcc of straw"))


def test_a_compiler_that_is_gone_has_failed(tools: Path) -> None:
    with pytest.raises(BuildFailed, match="No such file"):
        monitor(Toolchain(GCC, (str(tools / "gone"),), "a gcc that is gone"))


def test_a_file_that_is_empty_is_no_monitor(gcc: Toolchain) -> None:
    path = monitor(gcc).path
    assert path is not None
    os.truncate(path, 0)
    assert monitor(gcc).executable.startswith(b"made ")


@pytest.mark.parametrize("place", [2, -2], ids=["in it", "in its hash"])
def test_a_monitor_that_was_damaged_is_built_again(gcc: Toolchain, place: int) -> None:
    made = monitor(gcc)
    assert made.path is not None
    kept = bytearray(made.path.read_bytes())
    assert kept.startswith(made.executable)
    kept[place] ^= 1
    made.path.write_bytes(kept)
    again = monitor(gcc)
    assert (again.built, again.executable) == (True, made.executable)
    assert not monitor(gcc).built


def test_what_killed_builds_have_left_is_removed(gcc: Toolchain, cache_home: Path) -> None:
    folders = [cache_home / "vgic-stress" / f".building-{age}" for age in ("old", "new")]
    for folder in folders:
        folder.mkdir(parents=True)
        (folder / "guest.o").write_bytes(b"")
    os.utime(folders[0], (0, 0))
    monitor(gcc)
    assert [folder.exists() for folder in folders] == [False, True]


def test_somebody_may_end_it(compiler: Compiler, tools: Path, cache_home: Path) -> None:
    compiler(makes="import time; time.sleep(600)")
    slow = Toolchain(GCC, (str(tools / "aarch64-linux-gnu-gcc"),), "a gcc of straw")
    with pytest.raises(BuildInterrupted):
        monitor(slow, ended=lambda: True)
    assert list((cache_home / "vgic-stress").iterdir()) == []


def test_it_is_said_before_it_is_built_and_only_then(gcc: Toolchain) -> None:
    said: list[str] = []
    for _ in range(2):
        monitor(gcc, lambda: said.append("building"))
    assert said == ["building"]
