# SPDX-License-Identifier: GPL-2.0-only
"""All that the emulated machine prints, as a file: one that fails to be written ends no run."""

from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from harness.engine import printable_name
from stress.inputs import BadArgument

OPTION = "--console"


class ConsoleFile:
    """Writes what comes for as long as that can be done.

    Attributes:
        unwritten: why something is missing in it, in a line, "" if nothing is.
    """

    def __init__(self, path: Path | None) -> None:
        """Open the file.

        Args:
            path: where it goes, None for nowhere.

        Raises:
            BadArgument: it cannot be opened.
        """
        self.unwritten = ""
        self._shown = printable_name(str(path))
        self._file: BinaryIO | None = None
        try:
            if path is not None:
                self._file = path.open("wb")
        except OSError as error:
            raise BadArgument(self._wrong(error)) from error

    def write(self, data: bytes) -> None:
        """Write what has come next."""
        if self._file is None:
            return
        try:
            self._file.write(data)
        except OSError as error:
            self.unwritten = self._wrong(error)
            self._abandon(self._file)

    def close(self) -> None:
        """Write what is left."""
        if self._file is None:
            return
        try:
            self._file.close()
        except OSError as error:
            self.unwritten = self._wrong(error)
            self._abandon(self._file)

    def _abandon(self, file: BinaryIO) -> None:
        self._file = None
        with suppress(OSError):
            file.close()

    def _wrong(self, error: OSError) -> str:
        return f"{OPTION} {self._shown}: it cannot be written: {error.strerror}"
