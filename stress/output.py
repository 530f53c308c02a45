# SPDX-License-Identifier: GPL-2.0-only
"""The doors to the terminal: lines as they are, since they are copied and pasted.

Neither a terminal that lacks a character nor a reader that has gone away may change the exit code,
and nothing that comes from outside acts on a terminal: what is no glyph is escaped here, whoever
has let it come so far.
"""

import io
import json
import os
import sys
from pathlib import Path

from harness.printable import printable, printable_lines, shortened

_COMPLAINT_MAX = 4_000


def prepare() -> None:
    """Let no character be unprintable."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def say(text: str) -> None:
    """Print one text; if nobody reads any more, or it has no room, go on without."""
    if sys.stdout is None:
        return
    try:
        sys.stdout.write(printable_lines(text) + "\n")
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def complain(text: str) -> None:
    """Print one line on standard error, whatever the text; also what the log has to say."""
    _complain(printable(shortened(text.rstrip("\n"), _COMPLAINT_MAX)))


def complain_of_bug(text: str) -> None:
    """Print a bug of the harness on standard error, with its traceback."""
    _complain(bug_text(text))


def bug_text(text: str) -> str:
    """Return a bug of the harness as it is printed: no line of it could be a verdict."""
    return printable_lines("HARNESS BUG: " + text.strip().replace("\n", "\n  "))


def _complain(text: str) -> None:
    if sys.stderr is not None:
        sys.stderr.write(text + "\n")
        sys.stderr.flush()


def write_json(path: Path, value: object) -> str:
    """Write the result for programs; return why it could not be, "" if it could."""
    try:
        path.write_text(json.dumps(value, indent=2) + "\n", "utf-8")
    except OSError as error:
        return f"--json {path}: it cannot be written: {error.strerror}"
    return ""
