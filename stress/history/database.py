# SPDX-License-Identifier: GPL-2.0-only
"""A database that may be lost: opened if it is whole and ours, else moved aside and made anew.

What lies at its place may be damaged, of another version, or made to harm. So it has to be a plain
file of some size, with just the tables that were made here, and SQLite has to find nothing wrong
with it. What is moved aside is kept for whoever wants to know, the last few of it.
"""

import fcntl
import os
import sqlite3
import stat
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from itertools import pairwise
from pathlib import Path

SIZE_MAX = 256 << 20
ASIDE_MAX = 3
"""So many damaged ones are kept."""

_BUSY_S = 5.0
_LOCK_S = 10.0
_VALUE_MAX = 1 << 20
_BESIDE = ("", "-wal", "-shm", "-journal")
_NOT_ITS_FAULT = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL}
_NOT_ITS_FAULT |= {sqlite3.SQLITE_IOERR, sqlite3.SQLITE_NOMEM}


ERRORS = (sqlite3.DatabaseError, UnicodeDecodeError)
"""What SQLite raises for a database that is damaged: a message may quote a name that is no text."""


class Unusable(Exception):
    """There can be no database now; the message says why."""


class _Damaged(Exception):
    """What lies there is no database of ours."""


def opened(file: Path, schema: tuple[str, ...], version: int) -> tuple[sqlite3.Connection, str]:
    """Open a database, and make it if there is none that can be used.

    Args:
        file: where it is.
        schema: the statements that make it.
        version: the version of the schema.

    Returns:
        The connection, and what was moved aside and why, "" if nothing was.

    Raises:
        Unusable: it can neither be used nor be made.
    """
    note = ""
    try:
        try:
            return _opened(file, schema, version), note
        except _Damaged as error:
            aside = _move_aside(file)
            note = f"{file}: {error}; it was moved to {aside.name} and made again"
            return _opened(file, schema, version), note
    except ERRORS as error:
        raise Unusable(f"{file}: {error}") from error
    except _Damaged as error:
        raise Unusable(f"{file}: {error}") from error
    except OSError as error:
        raise Unusable(f"{file}: it cannot be made again: {error.strerror}") from error


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Let nobody else open a database of a folder in this context.

    Raises:
        Unusable: somebody else has been at it for too long.
    """
    descriptor = -1
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        _lock(descriptor, folder)
        yield
    except OSError as error:
        raise Unusable(f"{folder}: {error.strerror}") from error
    finally:
        if descriptor >= 0:
            os.close(descriptor)


def _lock(descriptor: int, folder: Path) -> None:
    give_up = time.monotonic() + _LOCK_S
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > give_up:
                raise Unusable(
                    f"{folder}: another process has been at its index for long"
                ) from None
            time.sleep(0.05)
        else:
            return


def _opened(file: Path, schema: tuple[str, ...], version: int) -> sqlite3.Connection:
    _check_files(file)
    try:
        connection = sqlite3.connect(file, timeout=_BUSY_S, isolation_level=None)
        try:
            _prepare(connection, schema, version)
        except BaseException:
            connection.close()
            raise
    except ERRORS as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in _NOT_ITS_FAULT:
            raise
        raise _Damaged(str(error)) from error
    return connection


def _check_files(file: Path) -> None:
    """Look at what lies there, and beside it, before SQLite does."""
    for suffix in _BESIDE:
        try:
            status = os.lstat(f"{file}{suffix}")
        except FileNotFoundError:
            continue
        if not stat.S_ISREG(status.st_mode):
            raise _Damaged(f"{file.name}{suffix} is no plain file")
        if status.st_size > SIZE_MAX:
            raise _Damaged(f"{file.name}{suffix} has more than {SIZE_MAX} bytes")


def _prepare(connection: sqlite3.Connection, schema: tuple[str, ...], version: int) -> None:
    """Make the tables if there are none, and check that all is as it was made."""
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _VALUE_MAX)
    connection.text_factory = bytes
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA cell_size_check = ON")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = OFF")  # what power failure takes is indexed again
    made = _one(connection, "PRAGMA user_version")
    if made == 0 and not _one(connection, "SELECT count(*) FROM sqlite_master"):
        with transaction(connection):
            for statement in schema:
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {version}")
        made = version
    if made != version:
        raise _Damaged(f"it is of version {made!s:.20}, and this release reads {version}")
    query = "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL"
    tables = {row[0] for row in connection.execute(query)}
    if tables != {statement.encode() for statement in schema}:
        raise _Damaged("it has other tables than were made")
    if _one(connection, "PRAGMA integrity_check(1)") != b"ok":
        raise _Damaged("it is damaged")


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Do all that is done in this context, or none of it."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        with suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _one(connection: sqlite3.Connection, query: str) -> object:
    with closing(connection.execute(query)) as rows:
        row = rows.fetchone()
    return None if row is None else row[0]


def _move_aside(file: Path) -> Path:
    """Move a database aside with what belongs to it; the oldest of too many goes."""
    names = [file.with_name(f"{file.name}.damaged-{number}") for number in range(1, ASIDE_MAX + 1)]
    free = next((name for name in names if not _is_taken(name)), None)
    if free is None:
        _remove(names[0])
        for older, newer in pairwise(names):
            _rename(newer, older)
        free = names[-1]
    _rename(file, free)
    return free


def _is_taken(name: Path) -> bool:
    return any(os.path.lexists(f"{name}{suffix}") for suffix in _BESIDE)


def _rename(before: Path, after: Path) -> None:
    for suffix in _BESIDE:
        with suppress(FileNotFoundError):
            os.rename(f"{before}{suffix}", f"{after}{suffix}")


def _remove(name: Path) -> None:
    """Remove what was moved aside; a folder only if nothing is in it."""
    for suffix in _BESIDE:
        place = Path(f"{name}{suffix}")
        with suppress(FileNotFoundError):
            if place.is_dir() and not place.is_symlink():
                place.rmdir()
            else:
                place.unlink()
