# SPDX-License-Identifier: GPL-2.0-only
"""The command `kernel run`: boot, play, judge each play as soon as it is through."""

from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from harness.engine import printable_name
from stress.commands.kernel_console import OPTION, ConsoleFile
from stress.commands.kernel_text import (
    Came,
    before_text,
    judged_text,
    said_text,
    values,
    verdict_of,
    without_a_boot,
)
from stress.commands.kernel_traces import Traces
from stress.inputs import BadArgument
from stress.plays import Play, verdict
from stress.reporting import Headline, Verdict, Writer
from stress.rig.booting import (
    BadImage,
    Booted,
    BootFailed,
    BootOptions,
    EmulatorRefused,
    NoEmulator,
    Watch,
    boot,
    find_emulator,
)
from stress.rig.building import BuildFailed, NoToolchain
from stress.rig.wire import Hello, Played, Unplayable
from stress.system import Exit, Interrupts, interrupts, say


class AskedOfKernel(NamedTuple):
    """What a run on a kernel was asked for.

    Attributes:
        image: the kernel.
        plays: what is played.
        seed: of how long guests linger.
        cpu: which CPU is emulated.
        append: more words for the kernel's command line.
        silence_s: after how many seconds of silence a boot is given up.
        traces: the folder for traces, None for none.
        console: where all that the machine prints goes, None for nowhere.
        json_file: where the result for programs goes, None for nowhere.
    """

    image: Path
    plays: tuple[Play, ...]
    seed: int
    cpu: str
    append: str
    silence_s: float
    traces: Path | None
    console: Path | None
    json_file: Path | None


def run_plays(asked: AskedOfKernel) -> Exit:
    """Play plays on a kernel, and say what came of each."""
    try:
        emulator = find_emulator()
        identity = [f"seed={asked.seed:#x}", f"qemu={emulator.number}"]
        headline = Headline(
            printable_name(asked.image.name), identity, [f"cpu={asked.cpu}"], joint=" on"
        )
        writer = Writer("vgic-stress kernel run", headline, asked.json_file)
        return _Run(asked, writer).run()
    except (BadImage, EmulatorRefused, NoEmulator, NoToolchain, Unplayable) as error:
        raise BadArgument(str(error)) from error


class _Run:
    """One run: what has come of each play so far."""

    def __init__(self, asked: AskedOfKernel, writer: Writer) -> None:
        self._asked = asked
        self._plays = {play.name: play for play in asked.plays}
        self._width = max(map(len, self._plays))
        self._writer = writer
        self._traces = Traces(asked.traces)
        self._console = ConsoleFile(asked.console)
        self._came: dict[str, Came] = {}

    def run(self) -> Exit:
        """Run it, and return its exit code."""
        with interrupts() as interrupted, closing(self._console):
            self._writer.begin()
            self._say_so_far()
            for text in before_text(self._plays.values()):
                say(text)
            try:
                booted = self._boot(interrupted)
            except (BootFailed, BuildFailed) as error:
                say(str(error))
                return self._end(without_a_boot(error), None)
            for text in said_text(self._came, booted):
                say(text)
            return self._end(verdict_of(self._plays, self._came, booted), booted)

    def _boot(self, interrupted: Interrupts) -> Booted:
        asked = self._asked
        options = BootOptions(
            cpu=asked.cpu, append=asked.append, silence_s=asked.silence_s, seed=asked.seed
        )
        watch = Watch(_say_building, self._came_up, self._played, self._console, interrupted)
        booted = boot(asked.image, asked.plays, options, watch)
        for name, result in booted.results.items():
            if name not in self._came:  # in which the boot ended
                self._played(name, result)
        return booted

    def _end(self, ended: Verdict, booted: Booted | None) -> Exit:
        for wrong in self._traces.unwritten:
            say(wrong)
            ended = ended.without("--trace")
        self._console.close()
        if self._console.unwritten:
            say(self._console.unwritten)
            ended = ended.without(OPTION)
        return self._writer.end(
            ended, values(self._asked.image, self._plays, self._came, booted)
        ).code

    def _came_up(self, hello: Hello, seconds: float) -> None:
        say(f"{hello.release} has come up after {seconds:.1f} s, with {hello.cpus} CPUs")

    def _played(self, name: str, result: Played) -> None:
        play = self._plays[name]
        came = self._came[name] = Came(play, verdict(play, result.rounds), result)
        self._traces.keep(play, came.judged, result)
        say(judged_text(came, self._width))
        self._say_so_far()

    def _say_so_far(self) -> None:
        self._writer.so_far(lambda: values(self._asked.image, self._plays, self._came, None))


def _say_building() -> None:
    say("building the monitor, which is done once")
