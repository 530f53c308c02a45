# SPDX-License-Identifier: GPL-2.0-only
"""What came of plays on a kernel, as values, and who is notified while they are played."""

from collections.abc import Callable
from typing import NamedTuple

from stress.rig.booting.emulation import Console
from stress.rig.wire import Hello, Played


class BootFailed(Exception):
    """A kernel did not come to play anything; the message has what was printed last, escaped."""


class EmulatorRefused(Exception):
    """The emulator ended at once, as for a CPU that it does not know; the message quotes it."""


class EarlyEnd(NamedTuple):
    """A boot that ended too early.

    Attributes:
        play: the name of the play that was under way, "" if that is not known or none was.
        panicked: the kernel itself ended it.
        why: what happened, with the line in which the kernel said that it dies and with what was
            printed last, in lines.
    """

    play: str
    panicked: bool
    why: str


class Booted(NamedTuple):
    """What came of plays on a kernel.

    Attributes:
        results: of each play that has begun, by its name.
        hello: what the kernel said of itself; None if it was interrupted before.
        kernel_said: what it complained of while plays were played, over all boots.
        said_at_boot: what it complained of before.
        dropped: how many lines of the monitor were damaged.
        boot_s: seconds from the emulator's start to the monitor's first line, in the first boot.
        seconds: seconds in all.
        boots: how many boots it took.
        early_ends: the boots that ended too early.
        unplayed: the names of plays that did not begin.
        interrupted: somebody has ended it.
        not_slow: why plays with a lateness cannot be played, "" if they can.
    """

    results: dict[str, Played]
    hello: Hello | None
    kernel_said: tuple[str, ...]
    said_at_boot: tuple[str, ...]
    dropped: int
    boot_s: float
    seconds: float
    boots: int
    early_ends: tuple[EarlyEnd, ...]
    unplayed: tuple[str, ...]
    interrupted: bool
    not_slow: str = ""


class Watch(NamedTuple):
    """Who is notified while it goes on.

    Attributes:
        building: is called before the monitor is built, which is done once and may take a while.
        came_up: is called with what the kernel said of itself and how many seconds that took, at
            the first boot.
        played: is called with each play's name and what came of it, as soon as it is through.
        console: where all that the emulated machine prints is written to as it is.
        ended: tells whether somebody has ended it.
    """

    building: Callable[[], None] = lambda: None
    came_up: Callable[[Hello, float], None] = lambda hello, seconds: None
    played: Callable[[str, Played], None] = lambda name, result: None
    console: Console | None = None
    ended: Callable[[], bool] = lambda: False
