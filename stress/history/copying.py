# SPDX-License-Identifier: GPL-2.0-only
"""Copying a folder of somebody else's: plain files and folders, and nothing that leads out."""

import errno
import os
import shutil
import stat
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from stress.history.folders import TakesNote

_DEPTH_MAX = 4
"""So deep is the folder of a night, and somewhat deeper."""


def copy_folder(
    source: Path, to: Path, say: TakesNote, *, leaving: Sequence[str] = (), exactly: bool = False
) -> None:
    """Copy what is in a folder into another one, each file whole.

    Args:
        source: the folder.
        to: the other one; it is made if it is not there.
        say: takes what was not copied.
        leaving: names of files that are left as they are.
        exactly: copy files only, and remove those that the folder does not have.

    Raises:
        OSError: something cannot be read or written; it names the file.
    """
    _copy(source, to, say, leaving, 1 if exactly else _DEPTH_MAX)
    if exactly:
        for file in to.iterdir():
            gone = not os.path.lexists(source / file.name) and not file.is_dir()
            if gone and file.name not in leaving:
                file.unlink()


def _copy(source: Path, to: Path, say: TakesNote, leaving: Sequence[str], depth: int) -> None:
    if to.is_symlink():
        say(f"{to}: it is a link; nothing is copied to where it leads")
        return
    to.mkdir(parents=True, exist_ok=True)
    for entry in sorted(os.scandir(source), key=lambda entry: entry.name):
        place = to / entry.name
        if entry.name in leaving:
            continue
        if entry.is_symlink() or not (entry.is_dir() or entry.is_file()):
            say(f"{entry.path}: it is neither a file nor a folder; it is left out")
        elif entry.is_file():
            _copy_file(entry.path, place)
        elif depth > 1:
            _copy(Path(entry.path), place, say, (), depth - 1)


def _copy_file(source: str, to: Path) -> None:
    new = to.with_name(f".{to.name[:100]}.{os.getpid()}.new")
    descriptor = os.open(source, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        with open(descriptor, "rb") as read:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise OSError(errno.EINVAL, "it is no plain file any more", source)
            with new.open("wb") as written:
                shutil.copyfileobj(read, written)
        new.replace(to)
    except OSError as error:
        with suppress(OSError):
            new.unlink()
        raise OSError(error.errno, error.strerror, str(to)) from error
