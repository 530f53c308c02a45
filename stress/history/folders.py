# SPDX-License-Identifier: GPL-2.0-only
"""The folder of a history: where its records are, and which of them can be read.

`runs/NIGHT/summary.json` is a night; `findings/NAME/finding.json` is a finding, with `mark.json`
beside it if somebody has said something of it. The folders are the truth. No link in them is
followed, and no name of a folder is taken out of a record.
"""

import errno
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from harness.engine import printable_text
from stress.findings import ALSO
from stress.history.naming import is_id, night_number, place_of
from stress.history.night_records import NightRecord
from stress.history.reading import DamagedRecord, read_record
from stress.history.records import FindingRecord, Mark

FINDINGS, RUNS = "findings", "runs"
FINDING, MARK, SUMMARY = "finding.json", "mark.json", "summary.json"

MARKS = ("known", "invalid")

TakesNote = Callable[[str], None]
"""Is called with a line about what was refused."""


@dataclass(frozen=True)
class Kept:
    """A finding in its folder.

    Attributes:
        record: the finding.
        mark: what somebody has said of it, None if nobody has.
        folder: where it is, with its tokens and its report.
    """

    record: FindingRecord
    mark: Mark | None
    folder: Path


def make(folder: Path) -> None:
    """Make the folder of a history, unless it is there.

    Raises:
        OSError: it cannot be made, or something else is in its place; it names the file.
    """
    for name in (FINDINGS, RUNS):
        place = folder / name
        place.mkdir(parents=True, exist_ok=True)
        if place.is_symlink():
            raise NotADirectoryError(errno.ENOTDIR, "it is a link, not a folder", str(place))


def make_inside(place: Path, folder: Path) -> None:
    """Make a folder in one of a history's, unless it is there.

    Raises:
        OSError: it cannot be made; it names the file.
        ValueError: it is somewhere else, or leads there.
    """
    if not place.resolve().is_relative_to(folder.resolve()):
        raise ValueError(f"{place} is not in {folder}")
    place.mkdir(parents=True, exist_ok=True)


def finding_folders(folder: Path, say: TakesNote) -> Iterator[Path]:
    """Yield the folders of findings that have a record, in the order of their names.

    Args:
        folder: the history's folder.
        say: takes what is refused.
    """
    for first in _folders(folder / FINDINGS, say):
        for place in (first, *_folders(first / ALSO, say)):
            if os.path.lexists(place / FINDING):
                yield place


def night_folders(folder: Path, say: TakesNote) -> Iterator[Path]:
    """Yield the folders of nights that have a record, in the order of their names.

    Args:
        folder: the history's folder.
        say: takes what is refused.
    """
    for place in _folders(folder / RUNS, say):
        if night_number(place.name) < 0:
            say(f"{place}: no night is called so; it is left alone")
        elif os.path.lexists(place / SUMMARY):
            yield place


def read_findings(
    folder: Path, say: TakesNote, read: Callable[[Path, TakesNote], Kept | None] | None = None
) -> dict[str, Kept]:
    """Return the findings that can be read, by id, in the order of their folders' names.

    Args:
        folder: the history's folder.
        say: takes what is refused, a line for each.
        read: reads the finding in a folder; None to read its files.
    """
    found: dict[str, Kept] = {}
    for place in finding_folders(folder, say):
        kept = (read or read_finding)(place, say)
        if kept is None:
            continue
        first = found.setdefault(kept.record.id, kept)
        if first is not kept:
            say(f"{place}: {first.folder} has the same finding; this one is left alone")
    return found


def read_finding(place: Path, say: TakesNote) -> Kept | None:
    """Return the finding in a folder, None if it cannot be read."""
    try:
        record = read_record(FindingRecord, place / FINDING)
        if not is_id(record.id):
            raise DamagedRecord(place / FINDING, "its id is not 12 hexadecimal digits")
    except (DamagedRecord, FileNotFoundError) as error:
        say(str(error))
        return None
    return Kept(record, read_mark(place, say), place)


def read_mark(place: Path, say: TakesNote) -> Mark | None:
    """Return what somebody has said of the finding in a folder, None if nobody has."""
    try:
        mark = read_record(Mark, place / MARK)
        if mark.state not in MARKS:
            raise DamagedRecord(place / MARK, f"its state is not {' or '.join(MARKS)}")
    except FileNotFoundError:
        return None
    except DamagedRecord as error:
        say(str(error))
        return None
    return mark


def read_nights(folder: Path, say: TakesNote) -> list[NightRecord]:
    """Return the nights that can be read, the oldest first.

    Args:
        folder: the history's folder.
        say: takes what is refused, a line for each.
    """
    read = (read_night(place, say) for place in night_folders(folder, say))
    return sorted((night for night in read if night is not None), key=place_of)


def read_night(place: Path, say: TakesNote) -> NightRecord | None:
    """Return the night in a folder, None if it cannot be read."""
    try:
        record = read_record(NightRecord, place / SUMMARY)
        if record.night != place.name:
            raise DamagedRecord(place / SUMMARY, "it is the record of another night")
    except (DamagedRecord, FileNotFoundError) as error:
        say(str(error))
        return None
    return record


def _folders(folder: Path, say: TakesNote) -> Iterator[Path]:
    """Yield the folders in a folder, in the order of their names; a link is none."""
    if folder.is_symlink():
        say(f"{folder}: it is a link; it is not followed")
        return
    try:
        with os.scandir(folder) as listed:
            entries = sorted(listed, key=lambda entry: entry.name)
    except FileNotFoundError:
        return
    except OSError as error:
        say(f"{folder}: it cannot be read: {error.strerror}")
        return
    for entry in entries:
        if entry.is_symlink():
            say(f"{entry.path}: it is a link; it is not followed")
        elif entry.is_dir(follow_symlinks=False):
            yield Path(entry.path)


def noting(notes: list[str]) -> TakesNote:
    """Return what adds lines to a list, each once and printable."""

    def say(line: str) -> None:
        note = printable_text(line)
        if note not in notes:
            notes.append(note)

    return say
