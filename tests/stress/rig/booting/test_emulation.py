# SPDX-License-Identifier: GPL-2.0-only
"""One emulator: its lines, its silence, its last words, and that it never outlives us."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest

from stress.rig.booting import emulation
from stress.rig.booting.emulation import Emulation, GivenUp
from stress.rig.booting.emulator import (
    BootOptions,
    NoEmulator,
    find_emulator,
)

ALWAYS: Callable[[str], bool] = lambda line: True  # noqa: E731 - a word for a parameter
STARTED = """
import sys
from stress.rig.booting.emulation import Emulation
sleeps = "import os, time; print(os.getpid(), flush=True); time.sleep(600)"
with Emulation([sys.executable, "-c", sleeps]) as one:
    for line in one.lines(60, lambda line: True, lambda: False):
        print(line, flush=True)
"""


def python(code: str) -> list[str]:
    return [sys.executable, "-ISsc", f"import os, sys, time\nout = sys.stdout.buffer\n{code}"]


def lines_of(code: str, silence_s: float = 60, **options: Callable[..., bool]) -> list[str]:
    with Emulation(python(code)) as one:
        found = one.lines(
            silence_s,
            options.get("is_sign_of_life", ALWAYS),
            options.get("ended", lambda: False),
        )
        return list(found)


def test_lines_come_as_they_are_however_they_are_cut() -> None:
    code = (
        'for part in (b"a l", b"ine\\r\\nand", b" another\\n\\n", b"\\xff\\x1b[2J\\n", b"cut"):\n'
        "    out.write(part); out.flush(); time.sleep(0.01)"
    )
    assert lines_of(code) == ["a line", "and another", "", "\ufffd\x1b[2J", "cut"]


def test_a_line_without_an_end_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(emulation, "LINE_MAX", 1000)
    long, short = lines_of('out.write(b"x" * 1_000_000 + b"\\nshort\\n")')
    assert len(long) <= 1000 + (1 << 16)
    assert short == "short"


def test_all_that_it_prints_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(emulation, "CONSOLE_MAX", 100_000)
    with pytest.raises(GivenUp, match="printed more than"):
        lines_of('while True: out.write(b"and on\\n" * 1000)')


def test_silence_is_given_up() -> None:
    with pytest.raises(GivenUp, match=r"nothing came from it for 0\.3 s"):
        lines_of('print("begun", flush=True)\ntime.sleep(600)', silence_s=0.3)


def test_chatter_is_no_sign_of_life() -> None:
    with pytest.raises(GivenUp, match="nothing came from it"):
        lines_of(
            'while True: print("chatter", flush=True); time.sleep(0.01)',
            silence_s=0.3,
            is_sign_of_life=lambda line: line.startswith("VGS "),
        )


def test_somebody_may_end_it() -> None:
    assert lines_of("time.sleep(600)", ended=lambda: True) == []


def test_its_last_words_are_bounded_and_escaped() -> None:
    code = (
        'for n in range(100): print(n, "\\x1b[2J" + "x" * 5000)\n'
        'print("qemu: no \\x07such CPU", file=sys.stderr); sys.exit(1)'
    )
    with Emulation(python(code)) as one:
        assert len(list(one.lines(60, ALWAYS, lambda: False))) == 100
        assert one.exit_code() == 1
        last = one.last_lines()
    assert len(last) == 13
    assert last[-2].startswith(r"99 \x1b[2J")
    assert last[-1] == r"qemu: no \x07such CPU"
    assert max(map(len, last)) < 400


def test_what_it_prints_is_written_as_it_is() -> None:
    console = BytesIO()
    with Emulation(python('out.write(b"\\xff\\r\\n\\x00")'), console) as one:
        list(one.lines(60, ALWAYS, lambda: False))
    assert console.getvalue() == b"\xff\r\n\x00"


def gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(") ")[2][0] == "Z"
    except FileNotFoundError:
        return True


def test_it_ends_with_its_context() -> None:
    with Emulation(python("print(os.getpid(), flush=True)\ntime.sleep(600)")) as one:
        pid = int(next(one.lines(60, ALWAYS, lambda: False)))
        assert not gone(pid)
    assert gone(pid)


def test_it_does_not_outlive_us_however_we_die() -> None:
    ours = subprocess.Popen([sys.executable, "-c", STARTED], stdout=subprocess.PIPE, text=True)
    assert ours.stdout is not None
    pid = int(ours.stdout.readline())
    ours.kill()
    ours.communicate()
    for _ in range(200):
        if gone(pid):
            return
        time.sleep(0.05)
    os.kill(pid, signal.SIGKILL)
    pytest.fail("it has outlived us")


def test_which_emulator_there_is(emulator: Callable[..., Path]) -> None:
    emulator()
    assert find_emulator().version == (10, 0, 2)
    assert find_emulator().number == "10.0.2"
    emulator(version="QEMU emulator version 11.1")
    assert find_emulator().version == (11, 1, 0)
    emulator(version="\x1b[2Jan emulator")
    assert find_emulator()[1:] == ((0, 0, 0), r"\x1b[2Jan emulator")


def test_without_one_it_is_said_what_to_type(
    emulator: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    emulator("sys.exit(3)", version="")
    (tmp_path / "emulators" / "qemu-system-aarch64").write_text("#!/bin/false\n", "utf-8")
    with pytest.raises(NoEmulator, match="cannot be started"):
        find_emulator()
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NoEmulator, match="apt install qemu-system-arm"):
        find_emulator()


def test_it_is_called_without_root_kvm_or_network(emulator: Callable[..., Path]) -> None:
    emulator()
    options = BootOptions(cpu="max", memory_mb=512, append="loglevel=7")
    words = find_emulator().command(Path("Image"), Path("initramfs"), options, 3)
    text = " ".join(words[1:])
    assert "-nodefaults" in words
    assert "-no-user-config" in words
    assert "-nic none" in text
    assert "-accel tcg,thread=multi" in text
    assert "virtualization=on,gic-version=3" in text
    assert "-cpu max -m 512 -smp 3 -kernel Image -initrd initramfs" in text
    line = words[-1]
    assert "rdinit=/init" in line
    assert "nohz_full=1-2 isolcpus=domain,managed_irq,1-2" in line
    assert line.endswith(" loglevel=7")
    assert "isolcpus" not in find_emulator().command(Path("I"), Path("i"), options, 1)[-1]
