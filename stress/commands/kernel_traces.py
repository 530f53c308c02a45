# SPDX-License-Identifier: GPL-2.0-only
"""Traces of plays on a kernel as files: of each play one round, the first bad one if there is."""

from pathlib import Path

from harness.engine import printable_name
from stress.inputs import BadArgument
from stress.plays import Play, PlayVerdict
from stress.rig.wire import Played
from stress.system import output
from stress.traces import machine_line, print_trace

_OPTION = "--trace"


class Traces:
    """Writes a trace of each play into a folder, if there is one."""

    def __init__(self, folder: Path | None) -> None:
        """Make the folder if it is not there.

        Args:
            folder: where they go, None for nowhere.

        Raises:
            BadArgument: it cannot be made.
        """
        self.unwritten: list[str] = []
        self._folder = folder
        if folder is not None:
            try:
                folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise BadArgument(
                    f"{_OPTION} {printable_name(str(folder))}: it cannot be made: {error.strerror}"
                ) from error

    def keep(self, play: Play, judged: PlayVerdict, result: Played) -> None:
        """Write the trace of one round of a play: the first bad one, else the first."""
        first = judged.first.trace if judged.first else next(iter(result.rounds), None)
        if self._folder is None or first is None:
            return
        text = print_trace(first, machine=machine_line(play.parameters)).rstrip("\n")
        if wrong := output.write(self._folder / f"{play.name}.trace", text, _OPTION):
            self.unwritten.append(wrong)
