# SPDX-License-Identifier: GPL-2.0-only
"""The folder of a night, and the lock on the folder of all nights.

Nights are counted, so that no clock that jumps can put one before another; a few random digits keep
those of two machines apart when their folders are merged.
"""

import errno
import fcntl
import os
import platform
import secrets
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from harness.engine import printable_text
from stress.history import RUNS, night_number
from stress.inputs import BadArgument

_LOCK = "lock"
_GIT_S = 20.0
_NO_MORE = errno.ENOSPC, errno.EDQUOT, errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EIO
_DIFF_MAX = 16 << 20


def now() -> str:
    """Return the time, UTC, as an ISO date and time."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@contextmanager
def held(folder: Path, option: str = "--out") -> Iterator[None]:
    """Hold the folder of all nights for as long as the context lasts.

    Args:
        folder: the folder.
        option: the option that has named it.

    Raises:
        BadArgument: another night runs in it, and which process that is; or it is no folder, or
            none that may be written.
        OSError: the disk is full, or the system has no more to give.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    except (FileExistsError, NotADirectoryError) as error:
        raise BadArgument(f"{option} {folder}: there is a file, and no folder") from error
    except OSError as error:
        if error.errno in _NO_MORE:
            raise
        raise BadArgument(
            f"{option} {folder}: nothing can be kept there: {error}; name a folder that may be "
            "written"
        ) from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            who = printable_text(os.pread(descriptor, 200, 0).decode(errors="replace").strip())
            raise BadArgument(
                f"{option} {folder}: another night runs in it ({who or 'it has not said which'}); "
                "wait for it, or name another folder and merge them later"
            ) from error
        os.ftruncate(descriptor, 0)
        who = f"process {os.getpid()} on {socket.gethostname()} since {now()}"
        os.pwrite(descriptor, who.encode(), 0)
        yield
    finally:
        os.close(descriptor)


def nights_in(folder: Path) -> list[Path]:
    """Return the folders of the nights, the last one last."""
    with suppress(OSError):
        found = [each for each in (folder / RUNS).iterdir() if night_number(each.name) >= 0]
        return sorted(found, key=lambda each: (night_number(each.name), each.name))
    return []


def new_night(folder: Path) -> Path:
    """Make the folder of the next night.

    Raises:
        OSError: it cannot be made.
    """
    before = nights_in(folder)
    number = 1 + (night_number(before[-1].name) if before else 0)
    place = folder / RUNS / f"night-{number:04}-{secrets.token_hex(4)}"
    place.mkdir(parents=True)
    return place


def copied(file: Path, number: int, place: Path, kind: str) -> Path:
    """Copy a user's file into the night's folder and return the copy; it may be there already.

    Args:
        file: the file.
        number: its place in the plan: two files may have one name.
        place: the night's folder.
        kind: the folder in it for files of that kind.

    Raises:
        OSError: it cannot be read or written.
    """
    copy = place / kind / f"{number}-{file.name}"
    if not copy.exists():
        copy.parent.mkdir(exist_ok=True)
        shutil.copyfile(file, copy)
    return copy


def platform_text() -> str:
    """Return what machine this is, in a line."""
    return printable_text(f"{platform.system()} {platform.release()} {platform.machine()}")


def git_commit() -> str:
    """Return the commit of the tree we are in, with `+` if it has changes; "" if none."""
    commit = _git("rev-parse", "--short=12", "HEAD").strip()
    return commit + "+" * bool(commit and _git("status", "--porcelain", "-uno").strip())


def git_diff() -> str:
    """Return what is changed in the tree we are in, "" if nothing or if there is none."""
    return _git("diff", "--no-color", "--no-ext-diff", "HEAD")[:_DIFF_MAX]


def _git(*words: str) -> str:
    with suppress(OSError, subprocess.SubprocessError):
        ran = subprocess.run(
            ["git", "--no-optional-locks", *words],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_GIT_S,
            check=False,
        )
        if not ran.returncode:
            return ran.stdout.decode(errors="replace")
    return ""
