# SPDX-License-Identifier: GPL-2.0-only
"""A kernel that is booted for each batch of programs, and what it cost."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from stress.plays import Play
from stress.rig.booting import BootOptions, Watch, boot
from stress.traces import Trace


@dataclass
class OnKernel:
    """Plays programs on a kernel, one boot a batch.

    Attributes:
        image: the kernel.
        options: how it is booted.
        ended: tells whether somebody has ended it.
        release: what it calls itself, "" before its first boot.
        seconds: how long all boots took.
        boots: how many there were.
        kernel_said: what it complained of itself.
        early_ends: why boots ended too early.
    """

    image: Path
    options: BootOptions
    ended: Callable[[], bool] = lambda: False
    release: str = ""
    seconds: float = 0.0
    boots: int = 0
    kernel_said: tuple[str, ...] = ()
    early_ends: tuple[str, ...] = ()

    def __call__(self, plays: Sequence[Play]) -> dict[str, Trace]:
        """Play programs; return the trace of each that arrived whole.

        Raises:
            NoEmulator: there is no emulator.
            NoToolchain: there is no compiler for the monitor.
            BuildFailed: the compiler did not make it.
            BadImage: the file is no kernel.
            BootFailed: the kernel did not come up.
        """
        booted = boot(self.image, plays, self.options, Watch(ended=self.ended))
        self.release = booted.hello.release if booted.hello else self.release
        self.seconds += booted.seconds
        self.boots += booted.boots
        self.kernel_said = tuple(dict.fromkeys((*self.kernel_said, *booted.kernel_said)))
        self.early_ends += tuple(each.why for each in booted.early_ends)
        return {
            name: result.rounds[0]
            for name, result in booted.results.items()
            if result.rounds and not result.lost and not result.trouble
        }
