# SPDX-License-Identifier: GPL-2.0-only
"""Standard output: lines as they are, since they are copied and pasted.

Neither a terminal that lacks a character nor a reader that has gone away may change the exit code.
"""

import io
import os
import sys


def prepare() -> None:
    """Let no character be unprintable."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def say(text: str) -> None:
    """Print one text; if nobody reads any more, go on without."""
    try:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
