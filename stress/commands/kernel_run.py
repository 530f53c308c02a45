# SPDX-License-Identifier: GPL-2.0-only
"""The command `kernel run`: boot, play, judge each play as soon as it is through."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple

from harness.engine import printable_name
from stress.commands.kernel_text import judged_text, said_text, values, verdict_of
from stress.commands.kernel_traces import Traces
from stress.inputs import BadArgument
from stress.plays import Play, PlayVerdict, verdict
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
        self._judged: dict[str, PlayVerdict] = {}

    def run(self) -> Exit:
        """Run it, and return its exit code."""
        with interrupts() as interrupted, _console(self._asked.console) as console:
            self._writer.begin()
            self._writer.so_far(lambda: values(self._asked.image, self._plays, {}, None))
            try:
                booted = self._boot(interrupted, console)
            except (BootFailed, BuildFailed) as error:
                say(str(error))
                return self._end(_without_a_boot(error), None)
            for text in said_text(booted):
                say(text)
            return self._end(verdict_of(self._plays, self._judged, booted), booted)

    def _boot(self, interrupted: Interrupts, console: BinaryIO | None) -> Booted:
        asked = self._asked
        options = BootOptions(
            cpu=asked.cpu, append=asked.append, silence_s=asked.silence_s, seed=asked.seed
        )
        watch = Watch(_say_building, self._came_up, self._played, console, interrupted)
        booted = boot(asked.image, asked.plays, options, watch)
        for name, result in booted.results.items():
            if name not in self._judged:  # in which the boot ended
                self._played(name, result)
        return booted

    def _end(self, ended: Verdict, booted: Booted | None) -> Exit:
        for wrong in self._traces.unwritten:
            say(wrong)
            ended = ended.without("--trace")
        return self._writer.end(
            ended, values(self._asked.image, self._plays, self._judged, booted)
        ).code

    def _came_up(self, hello: Hello, seconds: float) -> None:
        say(f"{hello.release} has come up after {seconds:.1f} s, with {hello.cpus} CPUs")

    def _played(self, name: str, result: Played) -> None:
        play = self._plays[name]
        judged = self._judged[name] = verdict(play, result.rounds)
        self._traces.keep(play, judged, result)
        say(judged_text(play, judged, result, self._width))


def _say_building() -> None:
    say("building the monitor, which is done once")


def _without_a_boot(error: BootFailed | BuildFailed) -> Verdict:
    if isinstance(error, BuildFailed):
        return Verdict(Exit.HARNESS_BUG, "the monitor could not be built")
    return Verdict(Exit.TOO_FEW, "nothing was played")


@contextmanager
def _console(path: Path | None) -> Iterator[BinaryIO | None]:
    if path is None:
        yield None
        return
    try:
        with path.open("wb") as file:
            yield file
    except OSError as error:
        shown = printable_name(str(path))
        raise BadArgument(f"--console {shown}: it cannot be written: {error.strerror}") from error
