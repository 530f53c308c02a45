# SPDX-License-Identifier: GPL-2.0-only
"""The index over a history: in which files to look.

It answers with names of files and nothing else: what is in them is read from them. So an index that
is wrong can make something be missed, but never be made up; and what has become of every file since
it was indexed is known by its size and time.
"""

import os
import sqlite3
from collections.abc import Iterable, Mapping
from pathlib import Path

from stress.history import database
from stress.history.naming import place_of
from stress.history.night_records import NightRecord
from stress.history.records import FindingRecord

NAME = "history.sqlite"

_VERSION = 1
_SCHEMA = (
    "CREATE TABLE files (file BLOB PRIMARY KEY, stamp TEXT) WITHOUT ROWID",
    "CREATE TABLE sightings (model TEXT, seed TEXT, scenario TEXT, execution INTEGER, id TEXT, "
    "night TEXT, file BLOB)",
    "CREATE INDEX sightings_by_execution ON sightings "
    "(model, seed, execution, scenario, id, night, file)",
    "CREATE INDEX sightings_by_file ON sightings (file)",
    "CREATE TABLE nights (file BLOB PRIMARY KEY, model TEXT, number INTEGER, begun TEXT, "
    "night TEXT) WITHOUT ROWID",
    "CREATE TABLE edges (model TEXT, target TEXT, source TEXT, before TEXT, after TEXT, file BLOB)",
    "CREATE INDEX edges_by_target ON edges (model, target, source, before, after, file)",
    "CREATE INDEX edges_by_file ON edges (file)",
)

Key = bytes
"""A file, by its name from the history's folder on."""


class Index:
    """An index in SQLite; every method may raise what database.ERRORS has."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def close(self) -> None:
        """Let go of the database."""
        self._connection.close()

    def behind(self, stamps: Mapping[Key, str]) -> list[Key]:
        """Forget files that are gone, and return those that are not indexed as they are.

        Args:
            stamps: every file there is, with its size and time.
        """
        known = dict(self._connection.execute("SELECT file, stamp FROM files"))
        self._forget([file for file in known if file not in stamps])
        return [file for file, stamp in stamps.items() if known.get(file) != stamp.encode()]

    def put(self, files: Iterable[tuple[Key, str, FindingRecord | NightRecord | None]]) -> None:
        """Index files anew, all or none.

        Args:
            files: each with its size and time, and its record, None if it cannot be read.
        """
        with database.transaction(self._connection):
            for file, stamp, record in files:
                self._remove(file)
                self._execute("INSERT INTO files VALUES (?, ?)", (file, stamp))
                if isinstance(record, FindingRecord):
                    self._put_finding(file, record)
                elif record is not None:
                    self._put_night(file, record)

    def with_execution(self, model: str, seed: int, execution: int) -> set[Key]:
        """Return the findings that have a sighting in this execution of a seed."""
        query = "SELECT file FROM sightings WHERE model = ? AND seed = ? AND execution = ?"
        return self._files(query, (model, str(seed), execution))

    def with_edges(self, target: str, source: str, model: str) -> set[Key]:
        """Return the nights that together have every order of locks, each the first to show it."""
        query = (
            "SELECT before, after, file FROM edges JOIN nights USING (file, model) "
            "WHERE model = ? AND target = ? AND source = ? ORDER BY number, begun, night"
        )
        first: dict[tuple[object, object], Key] = {}
        for before, after, file in self._execute(query, (model, target, source)):
            first.setdefault((before, after), file)
        return set(first.values())

    def _put_finding(self, file: Key, record: FindingRecord) -> None:
        self._connection.executemany(
            "INSERT INTO sightings VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                (at.model, str(at.seed), at.scenario, at.execution, record.id, at.night, file)
                for at in record.sightings
            ],
        )

    def _put_night(self, file: Key, record: NightRecord) -> None:
        number, begun, night = place_of(record)
        row = file, record.model, number, begun, night
        self._execute("INSERT INTO nights VALUES (?, ?, ?, ?, ?)", row)
        self._connection.executemany(
            "INSERT INTO edges VALUES (?, ?, ?, ?, ?, ?)",
            [
                (record.model, edge.target, edge.source, edge.before, edge.after, file)
                for edge in record.edges
            ],
        )

    def _forget(self, files: list[Key]) -> None:
        if files:
            with database.transaction(self._connection):
                for file in files:
                    self._remove(file)

    def _remove(self, file: Key) -> None:
        for table in ("files", "sightings", "nights", "edges"):
            self._execute(f"DELETE FROM {table} WHERE file = ?", (file,))

    def _files(self, query: str, values: tuple[object, ...]) -> set[Key]:
        return {file for (file,) in self._execute(query, values)}

    def _execute(self, query: str, values: tuple[object, ...]) -> sqlite3.Cursor:
        return self._connection.execute(query, values)


def open_index(folder: Path) -> tuple[Index, str]:
    """Open the index in a folder, and make it if there is none that can be used.

    Returns:
        The index, and what was moved aside and why, "" if nothing was.

    Raises:
        Unusable: it can neither be used nor be made.
    """
    connection, note = database.opened(folder / NAME, _SCHEMA, _VERSION)
    return Index(connection), note


def key_of(file: Path, folder: Path) -> Key:
    """Return by which name a file is indexed."""
    return os.fsencode(file.relative_to(folder))


def stamp_of(file: Path) -> str:
    """Return the size and time of a file, "" if it is gone; they change when it is written."""
    try:
        status = os.lstat(file)
    except OSError:
        return ""
    return f"{status.st_mtime_ns} {status.st_size} {status.st_ino}"
