# SPDX-License-Identifier: GPL-2.0-only
"""`kernel doctor`: what is there, what is missing and what to type, and an exit code for it."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from stress.commands import kernel_doctor
from stress.plays import read_script
from stress.rig.building import BuildFailed, Monitor, NoToolchain, Toolchain
from stress.rig.doctor import examining
from tests.fixtures.rig import said

Run = Callable[..., subprocess.CompletedProcess[str]]
Says = Callable[..., Path]

GCC = Toolchain("gcc", ("/bin/gcc",), "a gcc of straw 1.2")
HELLO = said("hello 7.3.4-straw 2 3027", "slow 1 ")
FINE = said("play 0", "v 0 0 0 3ff01 16 17 17", "f 0 0 2818", "end 0 1 2000 3 6")
BYE = said("bye 3361")
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
    assert list(found) == ["emulator", "compiler", "cache", "CPUs", "zstd", "monitor"]
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


@pytest.fixture
def plays_one(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "title one\ninterrupt 40 edge priority 0x80\nvcpu 0\n  acknowledge is none\n"
    monkeypatch.setattr(kernel_doctor, "shipped", lambda: {"one": read_script(text, "one")})


@pytest.mark.usefixtures("has_a_compiler", "plays_one")
@pytest.mark.parametrize(
    ("console", "code", "says"),
    [
        (HELLO + said("play 0") + "Kernel panic - not syncing: of straw\n", 1, "panic - not sync"),
        (
            HELLO + said("play 0", "hung 0 0", "end 0 0 9 9 9") + BYE,
            1,
            "one was not played to its ",
        ),
        (HELLO + said("play 0", "broken 0 0 no", "end 0 0 9 9 9") + BYE, 1, "to its end: no"),
        (HELLO + FINE.replace("3ff01", "3ff0") + BYE, 1, "lines of it were lost"),
        (HELLO.replace("7.3", "7.4") + FINE + BYE, 0, "a kernel whose name was lost: up after"),
        (
            HELLO + said("slow 0 no /dev/mem") + FINE + BYE,
            0,
            "lateness are not played: no /dev/mem",
        ),
    ],
    ids=["panic", "hung", "broken", "damaged", "no name", "not slow"],
)
def test_a_boot_in_which_something_goes_wrong_is_not_all_there(
    here: Run, kernel_says: Says, image: Path, console: str, code: int, says: str
) -> None:
    kernel_says(console)
    done = here("kernel", "doctor", "--boot", image.name)
    assert done.returncode == code, done.stdout
    assert says in done.stdout
    assert ("MISSING" in done.stdout) == bool(code)


@pytest.mark.usefixtures("has_a_compiler")
def test_a_folder_that_cannot_be_written_is_no_traceback(
    here: Run, emulator: Says, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(toolchain: Toolchain) -> Monitor:
        raise OSError(28, "No space left on device")

    emulator()
    monkeypatch.setattr(examining, "monitor", fails)
    done = here("kernel", "doctor")
    assert done.returncode == 1
    assert "MISSING: a file cannot be written: [Errno 28] No space" in parts(done)["monitor"]


@pytest.mark.usefixtures("has_a_compiler", "plays_one")
def test_a_boot_is_tried_if_it_is_asked_to(here: Run, kernel_says: Says, image: Path) -> None:
    kernel_says(HELLO + FINE + BYE, HELLO)
    done = here("kernel", "doctor", "--boot", image.name)
    assert done.returncode == 0, done.stdout
    assert parts(done)["boot"].startswith("7.3.4-straw: up after ")
    assert "1 play played" in parts(done)["boot"]
    assert "lateness" not in parts(done)["boot"]
    done = here("kernel", "doctor", "--boot", image.name)
    assert done.returncode == 1
    assert parts(done)["boot"].startswith("MISSING: it came up and played nothing")
    done = here("kernel", "doctor", "--boot", "gone")
    assert done.returncode == 1
    assert "gone is no arm64 kernel that can be booted" in parts(done)["boot"]
