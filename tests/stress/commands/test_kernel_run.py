# SPDX-License-Identifier: GPL-2.0-only
"""`kernel run`, on consoles that real kernels have printed: a line for each play, and a verdict.

The recordings are what `kernel run vmlinuz-VERSION edge_spi headwalk_slow headwalk_slow_exit
--rounds 3 --console FILE` has written.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from stress.executions import model_trace
from stress.plays import Judgement, judge, read_script
from stress.rig.wire import encode
from tests.docs.pages import marked
from tests.fixtures.rig import said
from vgic import Reference

Run = Callable[..., subprocess.CompletedProcess[str]]
Says = Callable[..., Path]

RECORDED = Path(__file__).parents[2] / "data" / "consoles"
PLAYS = ("edge_spi", "headwalk_slow", "headwalk_slow_exit")
ONE = "title one\ninterrupt 40 edge priority 0x80\nvcpu 0\n  acknowledge is none\n"
HELLO = said("hello 7.3.4-straw 2 3027", "slow 1 ")
FINE = said("play 0", "v 0 0 0 3ff01 16 17 17", "f 0 0 2818", "end 0 1 2000 3 6")
BYE = said("bye 3361")
ROUND = said("v 0 0 0 3ff01 16 17 17", "f 0 0 2818")
NEXT = said("v 0 1 0 3ff01 16 17 17", "f 0 1 2818")
STACK = "".join(f"[    9.{line}]  kvm_vcpu_ioctl+0x{line}/0x600\n" for line in range(10, 40))
PANIC = f"[    9.1] Kernel panic - not syncing: HYP panic:\n{STACK}"


def recorded(version: str) -> str:
    return (RECORDED / f"run-{version}.txt").read_text("utf-8")


@pytest.fixture
def one(tmp_path: Path, image: Path) -> tuple[str, ...]:
    """Return the words that play a play of one round."""
    (tmp_path / "one.play").write_text(ONE, "utf-8")
    return "kernel", "run", image.name, "./one.play"


def lines_of(done: subprocess.CompletedProcess[str]) -> list[str]:
    return done.stdout.splitlines()


def test_the_bug_of_march_2026_shows_on_6_19_8(here: Run, kernel_says: Says, image: Path) -> None:
    kernel_says(recorded("6.19.8"))
    done = here("kernel", "run", image.name, *PLAYS, "--rounds", 3)
    assert done.returncode == 1, done.stdout + done.stderr
    first, up, *shown, boots, last = lines_of(done)
    identity = "(seed=0x0 cpu=neoverse-n1 qemu=10.0.2)"
    assert first == f"vgic-stress kernel run: vmlinuz {identity}"
    assert up.startswith("6.19.8+deb13-arm64 has come up after ")
    assert shown == [
        "edge_spi            0 bad of 3 rounds",
        "headwalk_slow       3 bad of 3 rounds, known: head-walk",
        "    round 0: vcpu0: `active 40 is 0`, but it was 1",
        "    round 0: stuck active: spi 40 is active, and its handlers have ended",
        "headwalk_slow_exit  0 bad of 3 rounds",
    ]
    assert boots.startswith("1 boot, up after ")
    assert last == f"FAILURE: 1 of 3 plays bad, all known on vmlinuz {identity}"


def test_and_not_on_7_3_4(here: Run, kernel_says: Says, image: Path, tmp_path: Path) -> None:
    kernel_says(recorded("7.3.4"))
    words = (*PLAYS, "--rounds", 3, "--json", "result.json", "--trace", "traces")
    done = here("kernel", "run", image.name, *words)
    assert done.returncode == 0, done.stdout + done.stderr
    assert lines_of(done)[-1].startswith("SUCCESS: no play bad in 9 rounds on vmlinuz ")
    result = json.loads((tmp_path / "result.json").read_text("utf-8"))
    assert (result["verdict"], result["exit"]) == ("clean", 0)
    assert (result["kernel"], result["boots"]) == ("7.3.4+deb13-arm64", 1)
    assert [(each["name"], each["judged"], each["bad"]) for each in result["plays"]] == [
        (name, 3, 0) for name in PLAYS
    ]
    assert result["plays"][2]["control_of"] == "headwalk_slow"
    assert result["said_at_boot"]
    assert (result["kernel_said"], result["dropped_lines"], result["not_played"]) == ([], 0, [])
    traces = {path.name: path.read_text("utf-8") for path in (tmp_path / "traces").iterdir()}
    assert set(traces) == {f"{name}.trace" for name in PLAYS}
    first, machine, raised = traces["headwalk_slow.trace"].split("\n")[:3]
    assert (first, raised) == ("# vgic-stress trace 1", "vcpu0 raise 40")
    assert machine.startswith("# machine {")
    judged = here("judge", *(f"traces/{name}" for name in traces))
    assert judged.returncode == 0, judged.stdout + judged.stderr


def test_the_page_shows_what_the_recording_gives(here: Run, kernel_says: Says, image: Path) -> None:
    kernel_says(recorded("6.19.8"))
    image.rename(image.with_name("vmlinuz-6.19.8"))
    done = here("kernel", "run", "vmlinuz-6.19.8", *PLAYS, "--rounds", 3)
    page = (Path(__file__).parents[3] / "docs" / "real-kernel.md").read_text("utf-8")
    _, _, shown = page.partition(f"$ vgic-stress kernel run vmlinuz-6.19.8 {' '.join(PLAYS)} ")
    steady = [line for line in lines_of(done) if " s, " not in line]
    told = [line for line in shown.partition("```")[0].splitlines()[1:] if " s, " not in line]
    assert told == steady


@pytest.mark.parametrize(
    ("console", "code", "says"),
    [
        (HELLO + FINE + BYE, 0, "SUCCESS: no play bad in 1 round on vmlinuz"),
        (HELLO + FINE.replace("3ff01", "3ff0") + BYE, 4, "1 of 1 play could not be judged"),
        (HELLO + said("play 0", "hung 0 0", "end 0 0 9 9 9") + BYE, 4, "could not be judged"),
        (
            HELLO + said("play 0", "broken 0 0 no \x1b[2J", "end 0 0 9 9 9") + BYE,
            4,
            "not be judged",
        ),
        (HELLO + said("play 0") + PANIC, 1, "FAILURE: 1 kernel panic on"),
        (HELLO + FINE + "gone\n", 4, "FAILURE: 1 boot ended too early on"),
        ("", 4, "FAILURE: nothing was played on vmlinuz"),
    ],
    ids=["fine", "damaged", "hung", "broken", "panic", "cut", "nothing"],
)
def test_each_end_has_its_exit_code(
    here: Run, kernel_says: Says, one: tuple[str, ...], console: str, code: int, says: str
) -> None:
    kernel_says(console)
    done = here(*one)
    assert done.returncode == code, done.stdout + done.stderr
    assert says in lines_of(done)[-1]
    assert "\x1b" not in done.stdout
    assert done.stderr == ""


def ends(ended: str, rounds: int = 4) -> str:
    return said("play 0") + ROUND + NEXT + ended + said(f"end 0 {rounds} 9 9 9") + BYE


@pytest.mark.parametrize(
    ("console", "code", "says"),
    [
        (ends(said("v 0 2 0 3ff01", "hung 0 2")), 4, "it hung, and was given up"),
        (ends(said("v 0 2 0 3ff01", "broken 0 2 no more")), 4, "it was given up: no more"),
        (ends(""), 0, ""),
        (ends("").replace(NEXT, ""), 4, "1 of 4 rounds could be judged"),
    ],
    ids=["hung", "broken", "half of it", "less than half"],
)
def test_a_play_of_which_too_little_was_seen_is_not_judged(
    here: Run, kernel_says: Says, one: tuple[str, ...], console: str, code: int, says: str
) -> None:
    kernel_says(HELLO + console)
    done = here(*one, "--rounds", 4)
    assert done.returncode == code, done.stdout
    assert (f"    not judged: {says}" in lines_of(done)) == bool(says)
    assert ("1 of 1 play could not be judged" in done.stdout) == bool(says)


def test_a_panic_that_no_line_places_is_found_again(
    here: Run, kernel_says: Says, one: tuple[str, ...]
) -> None:
    kernel_says(HELLO + PANIC, HELLO + FINE + said("play 1") + PANIC, HELLO + FINE + BYE)
    done = here(*one, "edge_spi", "sgi", "--rounds", 1)
    assert done.returncode == 1, done.stdout
    assert "the kernel panicked, in no play that is known: the emulator ended too" in done.stdout
    assert "the kernel panicked, in edge_spi: the emulator ended too early" in done.stdout
    assert "  | [    9.1] Kernel panic - not syncing: HYP panic:" in lines_of(done)
    assert "FAILURE: 2 kernel panics on vmlinuz" in lines_of(done)[-1]


def test_a_bad_round_has_the_number_that_it_was_played_as(
    here: Run, kernel_says: Says, one: tuple[str, ...], tmp_path: Path
) -> None:
    bad = said("v 0 2 0 2801 16 17 17", "f 0 2 2818")
    console = said("play 0") + ROUND + NEXT.replace("3ff01", "3ff0") + bad + said("end 0 3 9 9 9")
    kernel_says(HELLO + console + BYE)
    done = here(*one, "--rounds", 3, "--json", "result.json")
    assert done.returncode == 1, done.stdout
    assert "    round 2: vcpu0: `acknowledge is none`, but it was 40" in lines_of(done)
    result = json.loads((tmp_path / "result.json").read_text("utf-8"))
    assert result["plays"][0]["first_bad"]["round"] == 2


def test_a_control_that_is_bad_is_said(
    here: Run, kernel_says: Says, one: tuple[str, ...], tmp_path: Path
) -> None:
    for name, control in (("race", ""), ("calm", "control race\n")):
        (tmp_path / f"{name}.play").write_text(f"title {name}\n{control}{ONE[10:]}", "utf-8")
    console = said(
        *("play 0", "v 0 0 0 2801 16 17 17", "f 0 0 2818", "end 0 1 9 9 9"),
        *("play 1", "v 1 0 0 2801 16 17 17", "f 1 0 2818", "end 1 1 9 9 9"),
    )
    kernel_says(HELLO + console + BYE)
    done = here(*one[:3], "race.play", "calm.play")
    assert done.returncode == 1
    said_of_it = "calm, the control of race, is bad: what race is about is not the cause"
    assert said_of_it in lines_of(done)
    assert "bad, and not known to be: race, calm" in lines_of(done)
    bad = "2 of 2 plays bad, 1 of these a control, 2 not known"
    assert f"FAILURE: {bad} on vmlinuz" in lines_of(done)[-1]


def test_a_machine_of_other_list_registers_is_said(
    here: Run, kernel_says: Says, one: tuple[str, ...], tmp_path: Path
) -> None:
    kernel_says(HELLO + FINE + BYE)
    for number, says in (("2", True), ("4", False)):
        text = ONE.replace("title one\n", f"title one\nlist-registers {number}\n")
        (tmp_path / "one.play").write_text(text, "utf-8")
        done = here(*one)
        assert done.returncode == 0
        known = "one is for 2 list registers; the emulated machine has 4"
        assert (known in lines_of(done)) == says


def test_a_console_that_cannot_be_written_is_said_at_the_end(
    here: Run, kernel_says: Says, one: tuple[str, ...]
) -> None:
    kernel_says(HELLO + FINE + BYE)
    done = here(*one, "--console", "/dev/full")
    assert done.returncode == 2
    assert "--console /dev/full: it cannot be written: No space left on device" in lines_of(done)
    assert lines_of(done)[-1].startswith("FAILURE: --console cannot be written on vmlinuz")
    assert "one  0 bad of 1 round" in done.stdout
    kernel_says(HELLO + FINE + said("kmsg 4 " + "x" * 150) * 2_000 + said("play 0") + PANIC)
    done = here(*one, "--console", "/dev/full")
    assert done.returncode == 1, "what was found counts more"


def test_what_is_no_file_is_not_waited_for(
    here: Run, kernel_says: Says, one: tuple[str, ...], tmp_path: Path
) -> None:
    kernel_says(HELLO + FINE + BYE)
    os.mkfifo(tmp_path / "pipe.play")
    for words in ((*one[:2], "pipe.play", one[3]), (*one[:3], "pipe.play")):
        done = here(*words)
        assert done.returncode == 2
        assert "pipe.play" in done.stderr
        assert "it is no file" in done.stderr


def test_the_result_for_programs_is_there_as_far_as_it_went(
    here: Run, kernel_says: Says, one: tuple[str, ...], tmp_path: Path
) -> None:
    copy = (
        f"os.chdir({str(tmp_path)!r})\n"
        "while '\"judged\": 1' not in open('r.json').read(): time.sleep(0.01)\n"
        "os.link('r.json', 'then.json')"
    )
    kernel_says(HELLO + FINE, then=copy)
    here(*one, "--json", "r.json")
    then = json.loads((tmp_path / "then.json").read_text("utf-8"))
    assert (then["verdict"], then["exit"]) == ("unfinished", None)
    assert [each["name"] for each in then["plays"]] == ["one"]
    assert then["not_played"] == []


def test_what_the_kernel_says_of_a_play_is_shown_and_cannot_act(
    here: Run, kernel_says: Says, one: tuple[str, ...]
) -> None:
    warnings = said(*(f"kmsg 4 SUCCESS: {number}" for number in range(30)))
    kernel_says(HELLO + said("kmsg 4 it is cold") + FINE + warnings + BYE)
    done = here(*one)
    lines = lines_of(done)
    assert "  | SUCCESS: 9" in lines
    assert "  | and 20 lines more, which --json has" in lines
    assert "it is cold" not in done.stdout


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("gone",), "gone is no arm64 kernel that can be booted: it cannot be read: No such file"),
        (("text", "edge_spi"), "text is no arm64 kernel that can be booted: it is no kernel's"),
        (("vmlinuz", "edge_spy"), "there is no play 'edge_spy'; did you mean edge_spi?"),
        (("vmlinuz", "gone.play"), "gone.play: it cannot be read: No such file"),
        (("vmlinuz", "./text"), "text: "),
        (("vmlinuz", "bytes.play"), "bytes.play: it is no text in UTF-8 (byte 0)"),
        (("vmlinuz", "far.play"), "far cannot be played on a kernel: "),
        (("vmlinuz", "edge_spi", "edge_spi.play"), "two plays are called edge_spi"),
        (("vmlinuz", "edge_spi", "--seed", "x"), "--seed x: a seed is a number"),
        (("vmlinuz", "edge_spi", "--json", "/"), "--json /: it cannot be written"),
        (("vmlinuz", "edge_spi", "--console", "/"), "--console /: it cannot be written"),
        (("vmlinuz", "edge_spi", "--trace", "text"), "--trace text: it cannot be made"),
        (("vmlinuz", "edge_spi", "--rounds", "0"), "Invalid value for '--rounds'"),
    ],
)
def test_what_makes_no_sense_is_said_in_a_line(
    here: Run, kernel_says: Says, image: Path, words: tuple[str, ...], says: str
) -> None:
    folder = image.parent
    (folder / "text").write_text("text", "utf-8")
    (folder / "bytes.play").write_bytes(b"\xff")
    (folder / "far.play").write_text(ONE.replace("40", "900"), "utf-8")
    (folder / "edge_spi.play").write_text(ONE, "utf-8")
    log = kernel_says(HELLO)
    done = here("kernel", "run", *words)
    assert done.returncode == 2, done.stdout + done.stderr
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert not log.exists()


def test_without_an_emulator_it_is_said_what_to_type(
    here: Run, one: tuple[str, ...], tmp_path: Path
) -> None:
    done = here(*one, PATH=str(tmp_path))
    assert done.returncode == 2
    assert "there is no qemu-system-aarch64 here" in done.stderr
    assert "apt install qemu-system-arm" in done.stderr


def test_ctrl_c_ends_the_emulator_and_says_what_was_done(
    start: Callable[..., subprocess.Popen[str]],
    emulator: Callable[..., Path],
    one: tuple[str, ...],
    tmp_path: Path,
) -> None:
    (tmp_path / "console").write_text(HELLO + FINE + said("play 1"), "utf-8")
    (tmp_path / "two.play").write_text(ONE, "utf-8")
    (tmp_path / "emulators" / "aarch64-linux-gnu-gcc").write_text(
        f"#!{sys.executable} -ISs\nimport sys\nwords = sys.argv[1:]\n"
        "if '-o' in words: open(words[words.index('-o') + 1], 'w').write('made')\n"
        "else: print('/lib/libc.a')\n", "utf-8",
    )  # fmt: skip
    (tmp_path / "emulators" / "aarch64-linux-gnu-gcc").chmod(0o755)
    reads = f"out.write(open({str(tmp_path / 'console')!r}, 'rb').read()); out.flush()"
    notes = f"open({str(tmp_path / 'pid')!r}, 'w').write(str(os.getpid()))"
    emulator(f"{notes}\n{reads}\ntime.sleep(600)")
    process = start(*one, "./two.play")
    assert process.stdout is not None
    lines = iter(process.stdout.readline, "")
    assert any(line.startswith("one ") for line in lines)
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "FAILURE: interrupted after 1 round on vmlinuz" in out
    assert is_gone(int((tmp_path / "pid").read_text("utf-8")))


def test_ctrl_c_while_the_monitor_is_built_ends_the_compiler(
    start: Callable[..., subprocess.Popen[str]],
    emulator: Callable[..., Path],
    one: tuple[str, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    emulator()
    compiler = tmp_path / "emulators" / "aarch64-linux-gnu-gcc"
    compiler.write_text(
        f"#!{sys.executable} -ISs\nimport os, sys, time\nwords = sys.argv[1:]\n"
        f"if '-o' in words:\n    print(os.getpid(), file=open({str(tmp_path / 'pid')!r}, 'w'))\n"
        f"    os.rename({str(tmp_path / 'pid')!r}, {str(tmp_path / 'cc.pid')!r})\n"
        "    time.sleep(600)\nprint('/lib/libc.a')\n", "utf-8",
    )  # fmt: skip
    compiler.chmod(0o755)
    process = start(*one)
    for _ in range(600):
        if (tmp_path / "cc.pid").exists():
            break
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 130, out
    assert "FAILURE: interrupted after 0 rounds on vmlinuz" in out
    assert is_gone(int((tmp_path / "cc.pid").read_text("utf-8")))


def is_gone(pid: int) -> bool:
    for _ in range(100):
        if not Path(f"/proc/{pid}").exists():
            return True
        time.sleep(0.05)
    return False


def test_the_play_of_the_page_can_be_played() -> None:
    page = (Path(__file__).parents[3] / "docs" / "real-kernel.md").read_text("utf-8")
    play = read_script(marked(page, "file: my.play"), "my")
    assert encode([play])
    assert judge(play, model_trace(play.parameters, Reference)) == Judgement()


def test_the_plays_that_are_delivered_can_be_listed(here: Run) -> None:
    done = here("kernel", "list")
    assert done.returncode == 0
    assert max(map(len, lines_of(done))) <= 77
    assert "[control of headwalk_slow]" in " ".join(done.stdout.split())
    values: list[dict[str, Any]] = json.loads(here("kernel", "list", "--json").stdout)
    names = [line.split()[0] for line in lines_of(done) if not line.startswith(" ")]
    assert [each["name"] for each in values] == names
    assert all(each["title"] and each["about"] for each in values)
