# SPDX-License-Identifier: GPL-2.0-only
"""Standard output: lines as they are, since they are copied and pasted.

Neither a terminal that lacks a character nor a reader that has gone away may change the exit code.
"""

import io
import json
import os
import sys
from pathlib import Path


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


def write_json(path: Path, value: object) -> str:
    """Write the result for programs; return why it could not be, "" if it could."""
    try:
        path.write_text(json.dumps(value, indent=2) + "\n", "utf-8")
    except OSError as error:
        return f"--json {path}: it cannot be written: {error.strerror}"
    return ""
