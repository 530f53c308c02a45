# SPDX-License-Identifier: GPL-2.0-only
"""Writing a file so that it is there whole or not at all.

A run may be killed at any moment and a disk may be full at any moment. What is written over is then
still what it was before: half a token would be none.
"""

import errno
import os
from contextlib import suppress
from pathlib import Path

_NOT_TO_BE_REPLACED = {errno.EACCES, errno.EPERM, errno.EBUSY, errno.EXDEV, errno.EROFS}
"""Its folder is not ours, or it is mounted by itself: it may be open to us all the same."""


def write_whole(path: Path, text: str) -> None:
    """Write a text file in UTF-8, or leave what is there as it is.

    What UTF-8 cannot say is written in backslash form. A device or a pipe is simply written to, and
    so is a file that cannot be replaced by another one.

    Raises:
        OSError: it cannot be written; a pipe that nobody reads is not waited for.
    """
    data = text.encode("utf-8", "backslashreplace")
    if not is_replaceable(path):
        _write_to(path, data)
        return
    place = path.resolve()  # where a link leads, so that the link stays one
    new = place.with_name(f".{place.name}.{os.getpid()}.new")
    try:
        new.write_bytes(data)
        new.replace(place)
    except OSError as error:
        with suppress(OSError):
            new.unlink()
        if error.errno not in _NOT_TO_BE_REPLACED or not path.exists():
            raise
        path.write_bytes(data)


def is_replaceable(path: Path) -> bool:
    """Tell whether a file is one that another can take the place of, or is not there yet.

    What goes by a name in /dev or /proc may be a file, but is somebody's open one.
    """
    if Path(os.path.abspath(path)).parts[1:2] in (("dev",), ("proc",)):
        return False
    return path.is_file() or not path.exists()


def is_open_as(path: Path, descriptor: int) -> bool:
    """Tell whether a path leads to what a descriptor is open on."""
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except OSError:
        return False


def _write_to(path: Path, data: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    os.set_blocking(descriptor, True)
    with open(descriptor, "wb") as file:
        file.write(data)
