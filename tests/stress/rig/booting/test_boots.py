# SPDX-License-Identifier: GPL-2.0-only
"""Plays over boots: what counts when one ends too early, and what is said when nothing comes."""

from collections.abc import Callable, Sequence
from io import BytesIO
from pathlib import Path

import pytest

from stress.plays import Play, read_script
from stress.rig.booting import (
    BadImage,
    BootFailed,
    BootOptions,
    EmulatorRefused,
    Watch,
    boot,
    boots,
)
from stress.rig.building import BuildInterrupted, Monitor
from stress.rig.wire import Unplayable, encode
from tests.fixtures.rig import said

Says = Callable[..., Path]
ONE = "title one\ninterrupt 40 edge priority 0x80\nvcpu 0\n  acknowledge is none\n"
HELLO = said("hello 7.3.4-straw 2 3027", "slow 1 ")
KERNEL_SAID = said("kmsg 4 it is cold today")
BYE = said("bye 3361")
STACK = "".join(
    f"[    9.{line}]  kvm_arch_vcpu_ioctl_run+0x{line}/0x600\n" for line in range(10, 40)
)
DIES = "[    9.1] Kernel panic - not syncing: \x1b[2JHYP panic:\n"
PANIC = f"{DIES}{STACK}[    9.5] Kernel Offset: 0x0\n"
"""As with panic=-1: no line at its end says so once more."""


def plays(*names: str) -> list[Play]:
    return [read_script(ONE, name) for name in names]


def played(number: int) -> str:
    """Return what the monitor says of one round in which a guest finds nothing."""
    return said(
        f"play {number}",
        f"v {number} 0 0 3ff01 16 17 17",
        f"f {number} 0 2818",
        f"end {number} 1 2000 3 6",
    )


def test_a_boot_plays_all(kernel_says: Says, image: Path) -> None:
    log = kernel_says(HELLO + KERNEL_SAID + played(0) + played(1) + BYE)
    booted = boot(image, plays("a", "b"))
    assert list(booted.results) == ["a", "b"]
    assert [len(each.rounds) for each in booted.results.values()] == [1, 1]
    assert booted.hello is not None
    assert (booted.hello.release, booted.boots, booted.early_ends) == ("7.3.4-straw", 1, ())
    assert (booted.unplayed, booted.interrupted, booted.dropped) == ((), False, 0)
    words = log.read_text("utf-8").split("\n")
    assert words[words.index("-kernel") + 1] == str(image)
    assert words[words.index("-smp") + 1] == "2"


def test_who_watches_is_notified_as_it_goes_on(kernel_says: Says, image: Path) -> None:
    console = HELLO + played(0) + played(1) + BYE
    kernel_says(console)
    seen: list[str] = []
    written = BytesIO()
    watch = Watch(
        came_up=lambda hello, seconds: seen.append(hello.release),
        played=lambda name, result: seen.append(f"{name} {len(result.rounds)}"),
        console=written,
    )
    boot(image, plays("a", "b"), watch=watch)
    assert seen == ["7.3.4-straw", "a 1", "b 1"]
    assert written.getvalue() == console.encode()


def test_complaints_at_boot_are_told_from_those_of_plays(kernel_says: Says, image: Path) -> None:
    kernel_says(HELLO + KERNEL_SAID + played(0) + said("kmsg 4 WARNING: in vgic") + BYE)
    booted = boot(image, plays("a"))
    assert booted.said_at_boot == ("it is cold today",)
    assert booted.kernel_said == ("WARNING: in vgic",)


def test_a_panic_in_a_play_ends_its_boot_and_the_next_goes_on_behind_it(
    kernel_says: Says, image: Path
) -> None:
    log = kernel_says(
        HELLO + played(0) + said("play 1", "v 1 0 0 3ff01 16") + PANIC, HELLO + played(0) + BYE
    )
    booted = boot(image, plays("a", "b", "c"))
    assert list(booted.results) == ["a", "b", "c"]
    assert [len(each.rounds) for each in booted.results.values()] == [1, 0, 1]
    assert (booted.boots, log.read_text("utf-8").count("\n\n")) == (2, 2)
    (end,) = booted.early_ends
    assert (end.play, end.panicked) == ("b", True)
    assert r"  | [    9.1] Kernel panic - not syncing: \x1b[2JHYP panic:" in end.why
    assert "  | [    9.5] Kernel Offset: 0x0" in end.why
    assert "\x1b" not in end.why


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Return what tells of each boot whether its plays are on the console before they begin."""
    called: list[bool] = []

    def noted(plays: Sequence[Play], seed: int, *, alone: bool = False) -> bytes:
        called.append(alone)
        return encode(plays, seed, alone=alone)

    monkeypatch.setattr(boots, "encode", noted)
    return called


def test_a_panic_that_names_no_play_is_looked_for_with_each_play_alone(
    kernel_says: Says, image: Path, alone: list[bool]
) -> None:
    kernel_says(HELLO + PANIC, HELLO + played(0) + said("play 1") + PANIC, HELLO + played(0) + BYE)
    booted = boot(image, plays("a", "b", "c"))
    assert [(end.play, end.panicked) for end in booted.early_ends] == [("", True), ("b", True)]
    assert [len(each.rounds) for each in booted.results.values()] == [1, 0, 1]
    assert alone[1:] == [False, True, True]


def test_a_panic_that_does_not_come_again_counts(
    kernel_says: Says, image: Path, alone: list[bool]
) -> None:
    kernel_says(HELLO + PANIC, HELLO + played(0) + BYE)
    booted = boot(image, plays("a"))
    assert [(end.play, end.panicked) for end in booted.early_ends] == [("", True)]
    assert (len(booted.results["a"].rounds), booted.unplayed) == (1, ())
    assert alone[1:] == [False, True]


def test_behind_what_was_played_it_is_looked_for_once(kernel_says: Says, image: Path) -> None:
    log = kernel_says(HELLO + played(0) + PANIC, HELLO + PANIC)
    booted = boot(image, plays("a", "b", "c"))
    assert [end.play for end in booted.early_ends] == ["", ""]
    assert (list(booted.results), booted.unplayed) == (["a"], ("b", "c"))
    assert log.read_text("utf-8").count("\n\n") == 2


@pytest.mark.parametrize(
    ("line", "is_one"),
    [
        ("[    9.1] Internal error: Oops: 0000000096000004 [#1] SMP\n", True),
        ("VGS 0123[    9.1] Kernel panic - not syncing: Attempted to kill init!\n", True),
        ("[    9.1] WARNING: CPU: 1 PID: 1 at arch/arm64/kvm/vgic/vgic.c:99\n", False),
        (said("kmsg 4 Kernel panic - not syncing: of a name"), False),
    ],
)
def test_which_lines_are_those_of_a_kernel_that_dies(
    kernel_says: Says, image: Path, line: str, is_one: bool
) -> None:
    kernel_says(HELLO + said("play 0") + line + STACK)
    (end,) = boot(image, plays("a")).early_ends
    assert (end.play, end.panicked) == ("a", is_one)
    assert (line.strip() in end.why) == is_one


def test_silence_in_a_play_ends_its_boot(kernel_says: Says, image: Path) -> None:
    kernel_says(HELLO + played(0) + said("play 1"), then="time.sleep(600)")
    booted = boot(image, plays("a", "b"), BootOptions(silence_s=0.5))
    (end,) = booted.early_ends
    assert (end.play, end.panicked) == ("b", False)
    assert "nothing came from it for 0.5 s" in end.why


def test_it_is_given_up_when_every_boot_dies(
    kernel_says: Says, image: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(boots, "EARLY_ENDS_MAX", 2)
    kernel_says(*[HELLO + said("play 0") + PANIC] * 9)
    booted = boot(image, plays("a", "b", "c", "d"))
    assert [end.play for end in booted.early_ends] == ["a", "b"]
    assert booted.unplayed == ("c", "d")


def test_many_plays_take_several_boots(
    kernel_says: Says, image: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(boots, "PLAYS_MAX", 2)
    kernel_says(HELLO + played(0) + played(1) + BYE, HELLO + played(0) + BYE)
    booted = boot(image, plays("a", "b", "c"))
    assert (list(booted.results), booted.boots, booted.early_ends) == (["a", "b", "c"], 2, ())


def test_a_damaged_line_costs_its_round_alone(kernel_says: Says, image: Path) -> None:
    cut = played(0).replace("3ff01", "3ff0")
    kernel_says(HELLO + cut + played(1) + BYE)
    booted = boot(image, plays("a", "b"))
    assert [len(each.rounds) for each in booted.results.values()] == [0, 1]
    assert (booted.dropped, booted.early_ends) == (1, ())


@pytest.mark.parametrize(
    ("console", "then", "says"),
    [
        ("", "", "it did not come up"),
        ("[0.1] words\n", "sys.exit(1)", "ended too early, with exit code 1"),
        ("[0.1] words\n", "time.sleep(600)", "nothing came from it for 0.5 s"),
        (PANIC, "", r"not syncing: \x1b[2JHYP panic"),
        (HELLO + said("fatal there is no /dev/kvm"), "", "could not go on: there is no /dev/kvm"),
        (HELLO, "", "it came up and played nothing"),
        (HELLO + PANIC, "", r"not syncing: \x1b[2JHYP panic"),
    ],
    ids=["nothing", "exits", "hangs", "panics", "no KVM", "plays nothing", "panics twice"],
)
def test_a_boot_that_plays_nothing_says_why(
    kernel_says: Says, image: Path, console: str, then: str, says: str
) -> None:
    log = kernel_says(console, then=then)
    with pytest.raises(BootFailed) as failed:
        boot(image, plays("a"), BootOptions(silence_s=0.5))
    may_have_played = console.startswith(HELLO) and "fatal" not in console
    assert log.read_text("utf-8").count("\n\n") == 1 + may_have_played
    assert says in str(failed.value)
    assert "\x1b" not in str(failed.value)


def test_an_emulator_that_refuses_is_quoted(kernel_says: Says, image: Path) -> None:
    kernel_says("", then="print('no CPU \\x1b[2J', file=sys.stderr); sys.exit(1)")
    with pytest.raises(EmulatorRefused, match=r"exit code 1: no CPU \\x1b\[2J"):
        boot(image, plays("a"))


def test_somebody_may_end_it(kernel_says: Says, image: Path) -> None:
    kernel_says(HELLO + played(0) + said("play 1"), then="time.sleep(600)")
    through: list[str] = []
    watch = Watch(played=lambda name, result: through.append(name), ended=lambda: bool(through))
    booted = boot(image, plays("a", "b", "c"), watch=watch)
    assert booted.interrupted
    assert booted.early_ends == ()
    assert "c" in booted.unplayed


def test_somebody_may_end_it_while_the_monitor_is_built(
    kernel_says: Says, image: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = kernel_says(HELLO)

    def interrupted(*_: object) -> Monitor:
        raise BuildInterrupted

    monkeypatch.setattr(boots, "monitor", interrupted)
    booted = boot(image, plays("a", "b"), watch=Watch(ended=lambda: True))
    assert (booted.interrupted, booted.unplayed, booted.hello) == (True, ("a", "b"), None)
    assert not log.exists()


def test_what_cannot_be_played_is_said_before_anything_is_started(
    kernel_says: Says, image: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = kernel_says("")
    monkeypatch.setattr(boots, "monitor", lambda *_: pytest.fail("it is built"))
    far = read_script(ONE.replace("40", "900"), "far")
    with pytest.raises(Unplayable, match="far"):
        boot(image, [far])
    image.write_bytes(b"text")
    with pytest.raises(BadImage):
        boot(image, plays("a"))
    assert not log.exists()
