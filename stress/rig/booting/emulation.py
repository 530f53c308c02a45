# SPDX-License-Identifier: GPL-2.0-only
"""One emulator under way: a process of ours that never outlives us, and the lines it prints.

What it prints is data from outside: a line is bounded, and so is all of them together; what is
quoted of it later is escaped. Ctrl-C does not reach it, since it is in a session of its own: we
end it.
"""

import os
import select
import subprocess
import tempfile
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from typing import Protocol, Self

from harness.engine import printable, shortened
from stress.system import dying_with_us

LINE_MAX = 1 << 20
"""Bytes of a line; what is longer is cut, and so does not check."""

CONSOLE_MAX = 4 << 30
"""Bytes of all that one boot may print."""

_LAST_LINES = 12
_SHOWN_MAX = 160
_READ = 1 << 16
_LOOK_S = 0.25
_END_S = 10


class GivenUp(Exception):
    """An emulation is not waited for any longer; the message says why."""


class Console(Protocol):
    """Where all that an emulated machine prints is written to."""

    def write(self, data: bytes, /) -> object:
        """Write what has come next."""


class Emulation:
    """Runs an emulator in this context, and ends it with the context."""

    def __init__(self, command: Sequence[str], console: Console | None = None) -> None:
        """Describe what is run.

        Args:
            command: the emulator and its arguments.
            console: where all that it prints is written to as it is, None for nowhere.
        """
        self._command = command
        self._console = console
        self._last = deque[str](maxlen=_LAST_LINES)

    def __enter__(self) -> Self:
        self._complaints = tempfile.TemporaryFile()
        self._process = subprocess.Popen(
            self._command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self._complaints,
            start_new_session=True,
            preexec_fn=dying_with_us(),
        )
        return self

    def __exit__(self, *exception: object) -> None:
        self._process.kill()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()
        self._complaints.close()

    def lines(
        self, silence_s: float, is_sign_of_life: Callable[[str], bool], ended: Callable[[], bool]
    ) -> Generator[str, None, None]:
        """Yield the lines that it prints, to its end.

        Args:
            silence_s: give up after so many seconds without a sign of life.
            is_sign_of_life: tells of a line whether it is one.
            ended: tells whether somebody has ended this.

        Raises:
            GivenUp: nothing was said for too long, or too much was said.
        """
        heard = time.monotonic()
        for line in self._lines_and_pauses():
            if ended():
                return
            if line is not None:
                self._last.append(printable(shortened(line, _SHOWN_MAX)))
                if is_sign_of_life(line):
                    heard = time.monotonic()
                yield line
            if time.monotonic() - heard > silence_s:
                raise GivenUp(f"nothing came from it for {silence_s:g} s")

    @property
    def printed_nothing(self) -> bool:
        """Whether nothing at all has come from the emulated machine."""
        return not self._last

    def exit_code(self) -> int:
        """Return the exit code of an emulator that has closed its output."""
        try:
            return self._process.wait(_END_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()

    def last_lines(self) -> list[str]:
        """Return what was printed last, and what the emulator itself complained of; escaped."""
        self._complaints.seek(0)
        complaints = self._complaints.read(_READ).decode("utf-8", "replace").splitlines()
        own = [printable(shortened(line, _SHOWN_MAX)) for line in complaints[:_LAST_LINES]]
        return [*self._last, *own]

    def _lines_and_pauses(self) -> Iterator[str | None]:
        """Yield each line; None again and again while nothing comes."""
        assert self._process.stdout is not None
        output = self._process.stdout.fileno()
        poll = select.poll()
        poll.register(output, select.POLLIN)
        total, pending = 0, b""
        while True:
            if not poll.poll(_LOOK_S * 1000):
                yield None
                continue
            data = os.read(output, _READ)
            if self._console is not None:
                self._console.write(data)
            total += len(data)
            if total > CONSOLE_MAX:
                raise GivenUp(f"it printed more than {CONSOLE_MAX >> 30} GiB")
            *whole, pending = (pending + data).split(b"\n")
            yield from map(_text, whole)
            pending = pending[:LINE_MAX]
            if not data:
                yield from map(_text, filter(None, [pending]))
                return


def _text(line: bytes) -> str:
    return line.rstrip(b"\r").decode("utf-8", "replace")
