# SPDX-License-Identifier: GPL-2.0-only
"""The journal: a file that entries are only ever added to, each on the disk before it counts.

A line is the beginning of a hash and an entry as JSON. What a kill or a full disk has cut off, or
somebody has damaged, shows by its hash: all from there on is put into a file beside, and what those
entries were of is done again. So a night is never half read.
"""

import errno
import os
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from stress.nights.entries import Entry

_HASH_DIGITS = 16
_LINE_MAX = 64 << 20

_ENTRY: TypeAdapter[Entry] = TypeAdapter(Entry)


class Journal:
    """The journal of one night.

    Attributes:
        entries: what is in it, in order.
        notes: what was wrong with it when it was opened, in words.
    """

    def __init__(self, path: Path) -> None:
        """Open it; it is there when something has been added.

        Raises:
            OSError: it cannot be read or written.
        """
        self.entries: list[Entry] = []
        self.notes: list[str] = []
        self._path = path
        if path.exists() and not path.is_file():
            raise OSError(errno.EINVAL, "it is no plain file", str(path))
        self._whole = self._read()
        self._cut()

    def add(self, entry: Entry) -> None:
        """Add an entry; when this returns it is on the disk.

        Raises:
            OSError: it cannot be written; then the file is as it was before.
            ValueError: a field of it is not what it should be: nobody could read it later.
        """
        text = _ENTRY.dump_json(entry)
        _ENTRY.validate_json(text)
        line = _hash(text) + b" " + text + b"\n"
        descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o666)
        try:
            os.lseek(descriptor, self._whole, os.SEEK_SET)
            with open(descriptor, "wb", closefd=False) as file:
                file.write(line)
            os.fsync(descriptor)
        except OSError:
            with suppress(OSError):
                os.ftruncate(descriptor, self._whole)
            raise
        finally:
            os.close(descriptor)
        self._whole += len(line)
        self.entries.append(entry)

    def _read(self) -> int:
        """Read the entries up to the first that is not whole; return how many bytes they are."""
        whole = 0
        try:
            file = self._path.open("rb")
        except FileNotFoundError:
            return 0
        with file:
            while line := file.readline(_LINE_MAX):
                digits, _, text = line.rstrip(b"\n").partition(b" ")
                if not line.endswith(b"\n") or digits != _hash(text):
                    break
                try:
                    self.entries.append(_ENTRY.validate_json(text))
                except ValidationError:
                    break
                whole += len(line)
        return whole

    def _cut(self) -> None:
        """Put what comes after the last whole entry into a file beside."""
        if not self._path.exists() or self._path.stat().st_size == self._whole:
            return
        beside = self._path.with_name(f"{self._path.name}.damaged")
        with self._path.open("r+b") as file:
            file.seek(self._whole)
            rest = file.read(_LINE_MAX)
            beside.write_bytes(rest)
            file.truncate(self._whole)
        self.notes.append(
            f"{self._path}: what comes after entry {len(self.entries)} is not whole; it is kept in "
            f"{beside.name}, and done again"
        )


def _hash(text: bytes) -> bytes:
    return sha256(text).hexdigest()[:_HASH_DIGITS].encode()
