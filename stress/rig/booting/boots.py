# SPDX-License-Identifier: GPL-2.0-only
"""Plays on a kernel: as many boots as it takes, and what came of each play.

One boot plays all of them, if they are not too many. Where a boot ends too early, what was played
counts, the play in which it ended is reported as the one at fault, and another boot goes on behind
it. Small plays are not on the console at once, so that it may not be known which one it was: from
then on each of them is, before it begins. A kernel that plays nothing then either is a failure of
all.
"""

import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from stress.plays import Play
from stress.rig.booting.booted import Booted, BootFailed, EarlyEnd, EmulatorRefused, Watch
from stress.rig.booting.emulation import Emulation, GivenUp
from stress.rig.booting.emulator import BootOptions, Emulator, find_emulator
from stress.rig.booting.image import unpacked_image
from stress.rig.building import BuildInterrupted, find_toolchain, initramfs, monitor
from stress.rig.wire import Hello, Played, Reception, encode, is_from_the_monitor
from stress.system import logs, shell

PLAYS_MAX = 4_000
"""Plays of one boot."""

EARLY_ENDS_MAX = 8
"""After so many boots that ended in a play it is given up."""

UNWATCHED = Watch()


def boot(
    image: Path, plays: Sequence[Play], options: BootOptions | None = None, watch: Watch = UNWATCHED
) -> Booted:
    """Play plays on a kernel.

    Args:
        image: the kernel.
        plays: what is played, each under a name of its own.
        options: how it is booted, None for the usual.
        watch: who is notified.

    Raises:
        NoEmulator: there is no emulator.
        NoToolchain: there is no compiler for the monitor.
        BuildFailed: the compiler did not make it.
        BadImage: the file is no kernel.
        Unplayable: a play is not for this rig.
        EmulatorRefused: it ended at once, as for a CPU that it does not know.
        BootFailed: the kernel did not come up, or died twice before any play.
        OSError: there is no room in the folder for temporary files.
    """
    chosen = options or BootOptions()
    emulator = find_emulator()
    encode(plays, seed=chosen.seed)  # what cannot be played is said before anything takes time
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        kernel = unpacked_image(image, Path(folder))
        boots = _Boots(emulator, kernel, Path(folder), chosen, watch)
        try:
            built = monitor(find_toolchain(), watch.building, watch.ended)
        except BuildInterrupted:
            return boots.booted(plays)
        if built.note:
            logs.warning(built.note)
        return boots.play(plays, built.executable)


class _Boots:
    """The boots that some plays take, one after the other."""

    def __init__(
        self,
        emulator: Emulator,
        kernel: Path,
        folder: Path,
        options: BootOptions,
        watch: Watch,
    ) -> None:
        self._emulator = emulator
        self._kernel = kernel
        self._folder = folder
        self._options = options
        self._watch = watch
        self._begun = time.monotonic()
        self._results: dict[str, Played] = {}
        self._early_ends: list[EarlyEnd] = []
        self._said: list[str] = []
        self._said_at_boot: list[str] = []
        self._dropped = 0
        self._hello: Hello | None = None
        self._boot_s = 0.0
        self._not_slow = ""
        self._boots = 0

    def play(self, plays: Sequence[Play], init: bytes) -> Booted:
        """Play all of them, or as many as can be, with this monitor."""
        left = list(plays)
        while left and len(self._early_ends) < EARLY_ENDS_MAX and not self._watch.ended():
            batch, alone = left[:PLAYS_MAX], bool(self._early_ends)
            begun = self._boot(batch, init, alone=alone)
            left = [play for play in batch if play.name not in begun] + left[PLAYS_MAX:]
            if alone and not begun:
                break
        return self.booted(left)

    def booted(self, left: Sequence[Play]) -> Booted:
        """Return what has come of it, where these were not played."""
        return Booted(
            results=self._results,
            hello=self._hello,
            kernel_said=tuple(dict.fromkeys(self._said)),
            said_at_boot=tuple(dict.fromkeys(self._said_at_boot)),
            dropped=self._dropped,
            boot_s=self._boot_s,
            seconds=time.monotonic() - self._begun,
            boots=self._boots,
            early_ends=tuple(self._early_ends),
            unplayed=tuple(play.name for play in left),
            interrupted=self._watch.ended(),
            not_slow=self._not_slow,
        )

    def _boot(self, plays: Sequence[Play], init: bytes, *, alone: bool) -> set[str]:
        """Boot once; return the names of the plays that need not be played again."""
        initrd = self._folder / "initramfs"
        words = encode(plays, seed=self._options.seed, alone=alone)
        initrd.write_bytes(initramfs(init, words))
        command = self._emulator.command(
            self._kernel, initrd, self._options, self._options.cpus or _cpus(plays)
        )
        self._boots += 1
        logs.info(f"boot {self._boots}: {shell.joined(command)}")
        reception = Reception(plays)
        with Emulation(command, self._watch.console) as emulation:
            why = self._received(emulation, reception)
            if why:
                last = emulation.last_lines()
                panic = [reception.panic] * (reception.panic not in ("", *last))
                why = "\n".join([why, *(f"  | {line}" for line in (*panic, *last))])
        return self._taken(plays, reception, why, alone=alone)

    def _received(self, emulation: Emulation, reception: Reception) -> str:
        """Take what a boot says; return why it ended too early, "" if it did not."""
        begun, through, at_boot = time.monotonic(), set[str](), 0
        lines = emulation.lines(self._options.silence_s, is_from_the_monitor, self._watch.ended)
        try:
            with closing(lines):
                for line in lines:
                    reception.feed(line)
                    if not (reception.under_way or through):
                        at_boot = len(reception.kernel_said)
                    if self._hello is None and reception.hello is not None:
                        self._hello = reception.hello
                        self._boot_s = time.monotonic() - begun
                        self._watch.came_up(self._hello, self._boot_s)
                    if len(reception.through) > len(through):
                        self._notify(reception, reception.through - through)
                        through = set(reception.through)
        except GivenUp as error:
            return f"the emulated machine was ended: {error}"
        finally:
            self._said_at_boot += reception.kernel_said[:at_boot]
            self._said += reception.kernel_said[at_boot:]
            self._dropped += reception.dropped
            self._not_slow = reception.not_slow or self._not_slow
        if self._watch.ended() or reception.is_complete:
            return ""
        if reception.fatal:
            return f"the monitor could not go on: {reception.fatal}"
        code = emulation.exit_code()
        if code and emulation.printed_nothing and self._boots == 1:
            refusal = "; ".join(emulation.last_lines()) or "no word"
            raise EmulatorRefused(f"the emulator ended at once, with exit code {code}: {refusal}")
        return f"the emulator ended too early, with exit code {code}"

    def _notify(self, reception: Reception, names: set[str]) -> None:
        results = reception.results
        for name in sorted(names):
            self._watch.played(name, results[name])

    def _taken(
        self, plays: Sequence[Play], reception: Reception, why: str, *, alone: bool
    ) -> set[str]:
        """Keep what came of a boot; return the names of the plays that have begun."""
        results = reception.results
        self._results |= results
        if self._watch.ended():
            return set(results)
        if not why:
            return {play.name for play in plays}
        may_have_played = reception.hello is not None and not reception.fatal and not alone
        if not (self._results or may_have_played):
            raise BootFailed(_failed(reception.hello, why))
        self._early_ends.append(EarlyEnd(reception.under_way, bool(reception.panic), why))
        return set(results)


def _cpus(plays: Sequence[Play]) -> int:
    """Return how many CPUs plays have use for: one for each thread, and one for all the rest."""
    return 1 + max(len(play.parameters.guests) + len(play.parameters.devices) for play in plays)


def _failed(hello: Hello | None, why: str) -> str:
    likely = (
        "it came up and played nothing"
        if hello is not None
        else "it did not come up: is it a kernel for arm64's `virt` machine, with a PL011 console, "
        "an initramfs (CONFIG_BLK_DEV_INITRD) and KVM built in? --console FILE has all it printed; "
        "with `--append loglevel=7` it says more"
    )
    return f"{likely}\n{why}"
