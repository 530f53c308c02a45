# SPDX-License-Identifier: GPL-2.0-only
"""The log file: bounded, of whole lines, and never a reason to end.

It is rotated by its size alone, so that no clock matters: `log.txt` becomes `log.txt.1`, and so on.
Each line is one write to the system, which survives a `kill -9`. On a full disk the log goes on to
nowhere and says so once: a night loses its log then, and nothing else.
"""

import os
import sys
from io import TextIOWrapper
from logging import LogRecord
from logging.handlers import RotatingFileHandler
from pathlib import Path

from stress.system import output

SIZE_MAX = 10_000_000
"""So many characters a log file has at most."""

KEPT = 5
"""So many full ones are kept beside it."""

_BUFFER = 1 << 18
"""Room for any one line in bytes, so that it is written at once."""


class LogFile(RotatingFileHandler):
    """Writes lines to a log file. Loguru takes it as it takes any handler."""

    def __init__(self, path: Path) -> None:
        """Open nothing yet.

        Args:
            path: the file; one that is there is continued.
        """
        super().__init__(
            path,
            maxBytes=SIZE_MAX,
            backupCount=KEPT,
            encoding="utf-8",
            delay=True,
            errors="backslashreplace",
        )
        self._size = 0
        self._is_lost = False

    def _open(self) -> TextIOWrapper:
        """Open it; a line that was torn when the machine went down becomes one of its own."""
        binary = open(self.baseFilename, "a+b", buffering=_BUFFER)  # noqa: SIM115 (it stays open)
        if binary.seek(0, os.SEEK_END):
            binary.seek(-1, os.SEEK_END)
            if binary.read(1) != b"\n":
                binary.write(b"\n")
        self._size = os.fstat(binary.fileno()).st_size
        return TextIOWrapper(binary, encoding=self.encoding, errors=self.errors)

    def emit(self, record: LogRecord) -> None:
        """Write a line, unless an earlier one could not be written."""
        if self._is_lost:
            return
        super().emit(record)
        if self.stream is not None and not self._is_lost:
            self._size = os.fstat(self.stream.fileno()).st_size

    def handleError(self, record: LogRecord) -> None:  # noqa: N802 (it is called so in logging)
        """Write to nowhere from now on, and say so; what was written stays, in whole lines."""
        self._is_lost = True
        error = sys.exc_info()[1]
        if self.stream is not None:
            descriptor = self.stream.fileno()
            if os.fstat(descriptor).st_size > self._size:
                os.ftruncate(descriptor, self._size)
            # What is left in the buffer is to go somewhere.
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, descriptor, inheritable=False)
            os.close(nowhere)
        why = error.strerror if isinstance(error, OSError) else error
        output.complain(f"log {self.baseFilename}: it cannot be written, and ends here: {why}")
