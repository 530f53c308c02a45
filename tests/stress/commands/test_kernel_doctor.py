# SPDX-License-Identifier: GPL-2.0-only
"""`kernel doctor`: what is there, what is missing and what to type, and an exit code for it."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from stress.rig.building import BuildFailed, Monitor, NoToolchain, Toolchain
from stress.rig.doctor import examining
from tests.fixtures.rig import said

Run = Callable[..., subprocess.CompletedProcess[str]]
Says = Callable[..., Path]

GCC = Toolchain("gcc", ("/bin/gcc",), "a gcc of straw 1.2")
BUILT = Monitor(b"x" * 5000, Path("/cache/monitor-1"), built=True)


@pytest.fixture(autouse=True)
def cache_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give each test a cache of its own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def has_a_compiler(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(examining, "find_toolchain", lambda: GCC)
    monkeypatch.setattr(examining, "monitor", lambda toolchain: BUILT)


def parts(done: subprocess.CompletedProcess[str]) -> dict[str, str]:
    words = (line.partition(" ") for line in done.stdout.splitlines())
    return {name: rest.strip() for name, _, rest in words if name}


@pytest.mark.usefixtures("has_a_compiler")
def test_where_all_is_there_it_says_so(here: Run, emulator: Says, tmp_path: Path) -> None:
    emulator()
    done = here("kernel", "doctor")
    assert done.returncode == 0, done.stdout
    found = parts(done)
    assert list(found) == ["emulator", "compiler", "cache", "CPUs", "monitor"]
    assert found["emulator"].startswith("QEMU emulator version 10.0.2 (of straw) (")
    assert found["compiler"] == "a gcc of straw 1.2 (/bin/gcc)"
    assert found["cache"] == str(tmp_path / "cache" / "vgic-stress")
    assert found["monitor"] == "built, 4 KiB; /cache/monitor-1"


@pytest.mark.usefixtures("has_a_compiler")
def test_an_old_emulator_is_let_pass_with_a_word(here: Run, emulator: Says) -> None:
    emulator(version="QEMU emulator version 6.2.0")
    done = here("kernel", "doctor")
    assert done.returncode == 0
    assert parts(done)["emulator"].endswith("; nothing before 7.2 was tried")


def test_what_is_missing_comes_with_what_to_type(
    here: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def none() -> Toolchain:
        raise NoToolchain("there is no C compiler: type `pip install 'vgic-stress[kernel]'`")

    monkeypatch.setattr(examining, "find_toolchain", none)
    done = here("kernel", "doctor", PATH=str(tmp_path))
    assert done.returncode == 1
    found = parts(done)
    assert found["emulator"].startswith("MISSING: there is no qemu-system-aarch64 here")
    assert found["compiler"].startswith("MISSING: there is no C compiler: type `pip install")
    assert "monitor" not in found


@pytest.mark.usefixtures("has_a_compiler")
def test_a_compiler_that_fails_is_quoted(
    here: Run, emulator: Says, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(toolchain: Toolchain) -> Monitor:
        raise BuildFailed(f"{toolchain} could not build the monitor")

    emulator()
    monkeypatch.setattr(examining, "monitor", fails)
    done = here("kernel", "doctor")
    assert done.returncode == 1
    assert parts(done)["monitor"].startswith("MISSING: a gcc of straw 1.2 (/bin/gcc) could not")


@pytest.mark.usefixtures("has_a_compiler")
def test_a_boot_is_tried_if_it_is_asked_to(here: Run, kernel_says: Says, image: Path) -> None:
    hello = said("hello 7.3.4-straw 2 3027", "slow 1 ")
    kernel_says(hello + said("play 0", "end 0 0 9 9 9", "bye 3361"), hello)
    done = here("kernel", "doctor", "--boot", image.name)
    assert done.returncode == 0
    assert parts(done)["boot"].startswith("7.3.4-straw: up after ")
    done = here("kernel", "doctor", "--boot", image.name)
    assert done.returncode == 1
    assert parts(done)["boot"].startswith("MISSING: it came up and played nothing")
    done = here("kernel", "doctor", "--boot", "gone")
    assert done.returncode == 1
    assert "gone is no arm64 kernel that can be booted" in parts(done)["boot"]
