# SPDX-License-Identifier: GPL-2.0-only
"""A record as a file: read with distrust, written whole.

The folder may have been damaged or made to harm. So a file is opened only if it is a plain one and
no link, read only if it is of a size that some record can have, and taken only if every field is
what it should be. What is written is checked in the same way first: nobody could read it later.
"""

import errno
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from harness.engine import printable_text
from stress.history.fields import FORMAT
from stress.system import write_whole

if TYPE_CHECKING:
    from pydantic import TypeAdapter, ValidationError

SIZE_MAX = 64 << 20
"""Bytes of a record: ten years of sightings with the longest tokens that are seen."""

VALUES_MAX = 1_000_000
"""Values in a record: what is read takes memory by their number rather than by their size."""

_Record = TypeVar("_Record")

_adapters: dict[type, "TypeAdapter[Any]"] = {}


class DamagedRecord(ValueError):
    """A file is no record; the message says which file, what is wrong, and what to do."""

    def __init__(self, path: Path, wrong: str) -> None:
        super().__init__(
            f"{printable_text(str(path))} cannot be used: {printable_text(wrong)}; "
            "put back a copy of it, or move it away to go on without it"
        )


def read_record(cls: type[_Record], path: Path) -> _Record:
    """Read a record.

    Args:
        cls: the class of the record.
        path: its file.

    Raises:
        DamagedRecord: there is something else, or it cannot be read.
        FileNotFoundError: there is no such file.
    """
    data = _read(path)
    if sum(map(data.count, (b",", b"[", b"{"))) > VALUES_MAX:
        raise DamagedRecord(path, f"it has more than {VALUES_MAX} values")
    try:
        record = _parsed(cls, data)
    except ValueError as error:
        raise DamagedRecord(path, str(error)) from error
    return record


def write_record(path: Path, record: object) -> None:
    """Write a record, whole or not at all; a link in its place is replaced, and not followed.

    Raises:
        OSError: it cannot be written, or is too large to be read again; it names the file.
        ValueError: a field of it is not what it should be.
    """
    data = _adapter(type(record)).dump_json(record, indent=1)
    if len(data) >= SIZE_MAX:
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), str(path))
    _parsed(type(record), data)
    try:
        if path.is_symlink():
            path.unlink()
        write_whole(path, data.decode() + "\n")
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error


def _read(path: Path) -> bytes:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        raise
    except OSError as error:
        wrong = "it is a link" if error.errno == errno.ELOOP else str(error.strerror)
        raise DamagedRecord(path, wrong) from error
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise DamagedRecord(path, "it is no file")
        if status.st_size > SIZE_MAX:
            raise DamagedRecord(path, f"it has more than {SIZE_MAX} bytes")
        with open(descriptor, "rb", closefd=False) as file:
            return file.read(SIZE_MAX)
    except OSError as error:
        raise DamagedRecord(path, str(error.strerror)) from error
    finally:
        os.close(descriptor)


def _parsed(cls: type[_Record], data: bytes) -> _Record:
    """Return the record that a text is; raise ValueError, in a line, if it is none."""
    from pydantic import ValidationError

    try:
        record: _Record = _adapter(cls).validate_json(data)
    except ValidationError as error:
        raise ValueError(_other_version(data) or _first(error)) from error
    if getattr(record, "format", FORMAT) != FORMAT:
        raise ValueError(_other_version(data))
    return record


def _other_version(data: bytes) -> str:
    """Return what is wrong if a text is a record of another version, "" if that is not it."""
    from pydantic_core import from_json

    try:
        values = from_json(data)
    except ValueError:
        return ""
    version = values.get("format", FORMAT) if isinstance(values, dict) else FORMAT
    if version == FORMAT or not isinstance(version, int):
        return ""
    return f"it is a record of version {version!s:.20}, and this release reads version {FORMAT}"


def _first(error: "ValidationError") -> str:
    """Return the first thing that is wrong, in a line."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    where = ".".join(map(str, first["loc"]))
    return f"{where}: {first['msg']}" if where else first["msg"]


def _adapter(cls: type) -> "TypeAdapter[Any]":
    """Return what reads and writes records of a class; it is made once."""
    if cls not in _adapters:
        from pydantic import TypeAdapter

        _adapters[cls] = TypeAdapter(cls)
    return _adapters[cls]
