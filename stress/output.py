# SPDX-License-Identifier: GPL-2.0-only
"""Standard output: lines as they are, since they are copied and pasted.

Neither a terminal that lacks a character nor a reader that has gone away may change the exit code.
"""

import io
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

from stress.files import write_whole


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
        sys.stdout.write(text + "\n")
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def write_unfinished(path: Path | None, value: Callable[[], object]) -> None:
    """Write a result for programs while there is no verdict yet, if that can be replaced later.

    A device or a pipe is written to once, at the end. What cannot be written is said then too.

    Args:
        path: the file, None for none.
        value: returns the result so far.
    """
    if path is not None and (path.is_file() or not path.exists()):
        write_json(path, value())


def write_json(path: Path, value: object) -> str:
    """Write the result for programs; return why it could not be, "" if it could."""
    try:
        write_whole(path, json.dumps(value, indent=2) + "\n")
    except OSError as error:
        return f"--json {path}: it cannot be written: {error.strerror}"
    return ""
