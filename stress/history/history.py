# SPDX-License-Identifier: GPL-2.0-only
"""A history: what is asked of it, and what is added to it.

Every record goes into its folder first, and is indexed then: what the folders say is so.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from stress.history import folders
from stress.history.folders import Kept, TakesNote
from stress.history.index import stamp_of
from stress.history.lookup import Lookup
from stress.history.naming import night_number, place_of
from stress.history.night_records import Edge, NightRecord
from stress.history.reading import write_record
from stress.history.records import FindingRecord, Mark, Sighting


@dataclass(frozen=True)
class Stored:
    """The token of one execution of some night, and what the execution showed.

    Attributes:
        record: the finding that it showed.
        sighting: the night in which it was run, with its token as it was found.
    """

    record: FindingRecord
    sighting: Sighting


class History:
    """What the nights in one folder have left behind; close it, or use it as a context manager.

    Attributes:
        folder: its folder.
        notes: what was refused or moved aside so far, a printable line each.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.notes: list[str] = []
        self._note = folders.noting(self.notes)
        self._lookup = Lookup(folder, self._note)
        self._read: dict[Path, tuple[str, str, Kept]] = {}

    @classmethod
    def open(cls, folder: Path) -> "History":
        """Open the history in a folder, and make the folder if it is not there.

        Raises:
            OSError: it cannot be made or written into; it names the file.
        """
        folders.make(folder)
        return cls(folder)

    def __enter__(self) -> "History":
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the index."""
        self._lookup.close()

    def findings(self) -> dict[str, Kept]:
        """Return all findings that can be read, by id."""
        return folders.read_findings(self.folder, self._note, self._finding)

    def _finding(self, place: Path, note: TakesNote) -> Kept | None:
        """Read the finding in a folder, if it is not as it was when it was read last."""
        now = stamp_of(place / folders.FINDING), stamp_of(place / folders.MARK)
        *before, kept = self._read.get(place, ("", "", None))
        if kept is not None and tuple(before) == now:
            return kept
        kept = folders.read_finding(place, note)
        if kept is not None:
            self._read[place] = *now, kept
        return kept

    def nights(self) -> list[NightRecord]:
        """Return all nights that have ended, the oldest first."""
        return folders.read_nights(self.folder, self._note)

    def file(self, record: FindingRecord, folder: Path) -> None:
        """File a finding.

        Args:
            record: the finding.
            folder: its folder, in this history's folder of findings.

        Raises:
            OSError: it cannot be written; it names the file.
            ValueError: the folder is somewhere else, or a field is not what it should be.
        """
        folders.make_inside(folder, self.folder / folders.FINDINGS)
        self._read.pop(folder, None)
        write_record(folder / folders.FINDING, record)
        self._lookup.written(folder / folders.FINDING, record)

    def night_ended(self, record: NightRecord) -> None:
        """Write down what a night has done, in `runs/NIGHT/summary.json`.

        Raises:
            OSError: it cannot be written; it names the file.
            ValueError: no night is called so, or a field is not what it should be.
        """
        if night_number(record.night) < 0:
            raise ValueError(f"no night is called {record.night!r}")
        place = self.folder / folders.RUNS / record.night
        folders.make_inside(place, self.folder / folders.RUNS)
        write_record(place / folders.SUMMARY, record)
        self._lookup.written(place / folders.SUMMARY, record)

    def mark(self, id_: str, mark: Mark | None) -> None:
        """Write down what somebody says of a finding.

        Args:
            id_: the finding's id, whole.
            mark: what is said, None to take back what was.

        Raises:
            KeyError: there is no such finding.
            OSError: it cannot be written; it names the file.
        """
        folder = self.findings()[id_].folder
        place = folder / folders.MARK
        self._read.pop(folder, None)
        if mark is None:
            with suppress(FileNotFoundError):
                place.unlink()
        else:
            write_record(place, mark)

    def token_of(self, model: str, seed: int, execution: int) -> Sequence[Stored]:
        """Return the tokens of an execution of some night's seed.

        A seed says what an execution is only to the model that drew it; its token says it for good.

        Args:
            model: the digest of the model's source.
            seed: the night's seed.
            execution: its number within its scenario, whichever that is.

        Returns:
            One for each finding that it showed, () if none was.
        """
        found: dict[tuple[str, str], Stored] = {}
        for place in self._lookup.findings(model, seed, execution):
            kept = folders.read_finding(place, self._note)
            for at in () if kept is None else kept.record.sightings:
                same = (at.model, at.seed, at.execution) == (model, seed, execution)
                if kept is not None and same:
                    stored = Stored(kept.record, at)
                    found.setdefault((kept.record.id, at.token), stored)
        return tuple(found.values())

    def edges(self, target: str, source: str, model: str) -> list[Edge]:
        """Return the orders of locks that all nights have shown, each once, as first shown.

        Args:
            target: what was run.
            source: the hash of the user's class, "" for a revision of ours.
            model: the digest of the model's source.
        """
        places = self._lookup.nights(target, source, model)
        nights = (folders.read_night(place, self._note) for place in places)
        found: dict[tuple[str, str], Edge] = {}
        for night in sorted((night for night in nights if night is not None), key=place_of):
            for edge in night.edges:
                if (edge.target, edge.source, night.model) == (target, source, model):
                    found.setdefault((edge.before, edge.after), edge)
        return list(found.values())
