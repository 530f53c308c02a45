# SPDX-License-Identifier: GPL-2.0-only
"""The doors to the terminal: lines as they are, since they are copied and pasted.

Neither a terminal that lacks a character nor a reader that has gone away may change the exit code,
and nothing that comes from outside acts on a terminal: what is no glyph is escaped here, wherever
it comes from.
"""

import io
import json
import os
import sys
import warnings
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from harness.engine import printable, printable_lines, shortened
from stress.system.files import is_replaceable, write_whole

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


WIDTH = 77
"""How wide a text is that may be quoted in an e-mail."""

HELP_WIDTH = 80

_COMPLAINT_MAX = 4_000

_streams: dict[str, io.TextIOWrapper] = {}
"""Ours, once they are prepared: what sys has, a user's file may change."""
WIDTH_MIN, WIDTH_MAX = 60, 200


class _Descriptor(io.FileIO):
    """A standard stream's descriptor; if nobody reads any more, or it has no room, so be it."""

    def write(self, data: "ReadableBuffer") -> int:
        """Write what can be written; the rest of the stream goes nowhere once it fails."""
        try:
            return super().write(data)
        except OSError:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self.fileno())
            os.close(nowhere)
            return super().write(data)


def prepare() -> None:
    """Let no character be unprintable, and no write fail, of libraries neither."""
    for descriptor, name in ((1, "stdout"), (2, "stderr")):
        before = getattr(sys, name)
        binary = io.BufferedWriter(_Descriptor(descriptor, "w", closefd=False))
        stream = io.TextIOWrapper(
            binary,
            encoding="utf-8" if before is None else before.encoding,
            errors="backslashreplace",
            line_buffering=True,
        )
        setattr(sys, name, stream)
        _streams[name] = stream
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")
    warnings.showwarning = _complain_of


def _complain_of(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    """Print a warning as one line, without the line of a user's file that Python quotes."""
    complain(f"{filename}:{lineno}: {category.__name__}: {message}")


def width(usual: int = WIDTH) -> int:
    """Return how wide a text for the screen may be: COLUMNS if it is set, within reason.

    Args:
        usual: how wide it is otherwise, as is what goes into a file or an e-mail.
    """
    columns = os.environ.get("COLUMNS", "")
    if not columns.isdecimal():
        return usual
    return max(WIDTH_MIN, min(int(columns), WIDTH_MAX))


def say(text: str) -> None:
    """Print one text."""
    stream = _streams.get("stdout") or sys.stdout
    stream.write(printable_lines(text) + "\n")
    stream.flush()


def flush() -> None:
    """Have all printed that was said, by libraries too."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(Exception):  # a user's file may have put anything there
            stream.flush()


def write_unfinished(path: Path | None, value: Callable[[], object]) -> None:
    """Write a result for programs while there is no verdict yet, if that can be replaced later.

    A device or a pipe is written to once, at the end. What cannot be written is said then too.

    Args:
        path: the file, None for none.
        value: returns the result so far.
    """
    if path is not None and is_replaceable(path):
        write_json(path, value())


def complain(text: str) -> None:
    """Print one line on standard error, whatever the text."""
    _complain(printable(shortened(text.rstrip("\n"), _COMPLAINT_MAX)))


def log_line(text: str) -> None:
    """Print one line of the log on standard error, as long as it is."""
    _complain(printable(text.rstrip("\n")))


def complain_of_bug(text: str) -> None:
    """Print a bug of the harness on standard error, with its traceback."""
    _complain(bug_text(text))


def bug_text(text: str) -> str:
    """Return a bug of the harness as it is printed: no line of it could be a verdict."""
    return printable_lines("HARNESS BUG: " + text.strip().replace("\n", "\n  "))


def _complain(text: str) -> None:
    stream = _streams.get("stderr") or sys.stderr
    stream.write(text + "\n")
    stream.flush()


def write_json(path: Path, value: object) -> str:
    """Write the result for programs; return why it could not be, "" if it could."""
    return write(path, json.dumps(value, indent=2), "--json")


def write(path: Path, text: str, option: str) -> str:
    """Write the file that an option names; return why it could not be, "" if it could."""
    try:
        write_whole(path, text + "\n")
    except OSError as error:
        return f"{option} {path}: it cannot be written: {error.strerror}"
    return ""
