# SPDX-License-Identifier: GPL-2.0-only
"""Where to look for something in a history: in the files that the index names, or in all of them.

There need not be an index. Its disk may be full, its folder read-only, another process at it; then
every question is answered all the same, from all the files, and a note says so.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from stress.history import folders
from stress.history.database import ERRORS, Unusable, alone
from stress.history.folders import TakesNote
from stress.history.index import Index, Key, key_of, open_index, stamp_of
from stress.history.night_records import NightRecord
from stress.history.records import FindingRecord
from stress.system import counted

_AT_ONCE = 50
"""So many records are read before they are indexed."""


class Lookup:
    """The index of a history while it works, and the folders in any case."""

    def __init__(self, folder: Path, note: TakesNote) -> None:
        """Open the index, and index what has changed since.

        Args:
            folder: the history's folder.
            note: takes what is wrong with the index.
        """
        self._folder = folder
        self._note = note
        self._where = folder, note
        self._index: Index | None = None
        try:
            with alone(folder):
                self._index, moved = open_index(folder)
                if moved:
                    note(moved)
                self._catch_up(self._index)
        except (Unusable, *ERRORS) as error:
            self._go_without(error)

    def close(self) -> None:
        """Let go of the index."""
        if self._index is not None:
            self._index.close()
            self._index = None

    def written(self, file: Path, record: FindingRecord | NightRecord) -> None:
        """Index a file that was written just now."""
        if self._index is not None:
            with self._dispensable():
                self._index.put([(key_of(file, self._folder), stamp_of(file), record)])

    def findings(self, model: str, seed: int, execution: int) -> Iterator[Path]:
        """Yield the folders of findings that may have a sighting in this execution of a seed."""
        wanted = self._ask(lambda index: index.with_execution(model, seed, execution))
        yield from self._among(wanted, folders.finding_folders, folders.FINDING)

    def nights(self, target: str, source: str, model: str) -> Iterator[Path]:
        """Yield the folders of nights that may have the first of some order of locks."""
        wanted = self._ask(lambda index: index.with_edges(target, source, model))
        yield from self._among(wanted, folders.night_folders, folders.SUMMARY)

    def _among(
        self,
        wanted: set[Key] | None,
        listed: Callable[[Path, TakesNote], Iterable[Path]],
        name: str,
    ) -> Iterator[Path]:
        for place in listed(*self._where):
            if wanted is None or key_of(place / name, self._folder) in wanted:
                yield place

    def _ask(self, question: Callable[[Index], set[Key]]) -> set[Key] | None:
        """Return what the index says, None if it does not."""
        if self._index is not None:
            with self._dispensable():
                return question(self._index)
        return None

    @contextmanager
    def _dispensable(self) -> Iterator[None]:
        """Go on without the index if something is wrong with it in this context."""
        try:
            yield
        except ERRORS as error:
            self._go_without(error)

    def _go_without(self, error: Exception) -> None:
        self._note(f"{self._folder}: its index cannot be used ({error}); all folders are read")
        with suppress(*ERRORS):
            self.close()
        self._index = None

    def _catch_up(self, index: Index) -> None:
        """Index what was written, changed or taken away while nobody indexed it."""
        files = [place / folders.FINDING for place in folders.finding_folders(*self._where)]
        files += [place / folders.SUMMARY for place in folders.night_folders(*self._where)]
        by_key = {key_of(file, self._folder): file for file in files}
        stamps = {key: stamp_of(file) for key, file in by_key.items()}
        behind = index.behind(stamps)
        for first in range(0, len(behind), _AT_ONCE):
            some = behind[first : first + _AT_ONCE]
            index.put([(key, stamps[key], self._read(by_key[key])) for key in some])
        if behind:
            self._note(
                f"{self._folder}: its index did not know {counted(len(behind), 'record')}; "
                "now it does"
            )

    def _read(self, file: Path) -> FindingRecord | NightRecord | None:
        if file.name == folders.SUMMARY:
            return folders.read_night(file.parent, self._note)
        kept = folders.read_finding(file.parent, self._note)
        return None if kept is None else kept.record
