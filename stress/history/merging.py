# SPDX-License-Identifier: GPL-2.0-only
"""One history of several machines' folders.

Nights keep their names, which are nobody else's. A finding of one id is one finding, with what all
folders have seen of it; of what they say of it differently, that of the last sighting holds. So it
makes no difference in which order folders are merged, and to merge one again changes nothing.

What is merged is copied in place, each file whole and the record last: where it was stopped, it is
done again by merging again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, astuple, dataclass, field, replace
from json import dumps
from pathlib import Path
from typing import TypeVar

from stress.history import folders
from stress.history.copying import copy_folder
from stress.history.folders import Kept, TakesNote
from stress.history.history import History
from stress.history.naming import PointInTime, place_of
from stress.history.night_records import NightRecord
from stress.history.reading import write_record
from stress.history.records import FindingRecord, Mark, Replayed, Sighting

_Seen = TypeVar("_Seen", Sighting, Replayed)


@dataclass
class Merged:
    """What merging has come to.

    Attributes:
        nights: how many nights were added, or were there as they were before they were resumed.
        added: how many findings were added.
        changed: of how many findings more is known now.
        notes: what was refused or left alone, a printable line each.
    """

    nights: int = 0
    added: int = 0
    changed: int = 0
    notes: list[str] = field(default_factory=list)


def merge(sources: Sequence[Path], into: Path) -> Merged:
    """Merge the histories in some folders into one.

    Args:
        sources: the folders; nothing is changed in them.
        into: the folder to merge into; it is made if it is not there.

    Raises:
        OSError: something cannot be read or written; it names the file.
    """
    merged = Merged()
    say = folders.noting(merged.notes)
    folders.make(into)
    for source in sources:
        if source.resolve() != into.resolve():
            _merge_nights(source, into, merged, say)
            _merge_findings(source, into, merged, say)
    with History.open(into) as history:  # its index now has what was merged
        merged.notes += [note for note in history.notes if "damaged-" in note]
    return merged


def one_finding(known: Sequence[Kept]) -> Kept:
    """Return one finding of what several folders say of it.

    Args:
        known: the same finding as each folder has it, one at least.

    Returns:
        It with the sightings and replays of all, and with the folder whose word of it holds.
    """
    holds = max(known, key=_weight)
    record = replace(
        holds.record,
        sightings=_each_night(each for kept in known for each in kept.record.sightings),
        replays=_each_night(each for kept in known for each in kept.record.replays),
    )
    mark = max((kept.mark for kept in known if kept.mark), key=_said, default=None)
    return Kept(record, mark, holds.folder)


def furthest(known: Sequence[NightRecord]) -> NightRecord:
    """Return which of several records of one night has come furthest, the first of those alike."""
    return max(known, key=_went_on)


def _merge_nights(source: Path, into: Path, merged: Merged, say: TakesNote) -> None:
    there = {night.night: night for night in folders.read_nights(into, say)}
    for night in folders.read_nights(source, say):
        before = there.get(night.night)
        place = into / folders.RUNS / night.night
        newer = before is None or furthest([before, night]) is not before
        if newer and not _is_link(place, say):
            copy_folder(source / folders.RUNS / night.night, place, say, leaving=[folders.SUMMARY])
            write_record(place / folders.SUMMARY, night)
            merged.nights += 1


def _merge_findings(source: Path, into: Path, merged: Merged, say: TakesNote) -> None:
    there = folders.read_findings(into, say)
    for id_, found in folders.read_findings(source, say).items():
        before = there.get(id_)
        now = one_finding([found] if before is None else [before, found])
        place = _place(found, into) if before is None else before.folder
        changed = before is None or (now.record, now.mark) != (before.record, before.mark)
        if not changed or _is_link(place, say):
            continue
        if now.folder == found.folder:
            leaving = [folders.FINDING, folders.MARK]
            copy_folder(found.folder, place, say, leaving=leaving, exactly=True)
        if now.mark is not None:
            write_record(place / folders.MARK, now.mark)
        write_record(place / folders.FINDING, now.record)
        merged.added += before is None
        merged.changed += before is not None


def _is_link(place: Path, say: TakesNote) -> bool:
    """Tell whether a link is where something is to be put, and say so."""
    if place.is_symlink():
        say(f"{place}: it is a link; it is not followed, and nothing is put in its place")
    return place.is_symlink()


def _went_on(night: NightRecord) -> tuple[object, ...]:
    """Return what is larger the further a night has come, when it was interrupted and resumed."""
    executions = sum(target.executions for target in night.targets)
    return executions, night.resumed, not night.interrupted, night.ended, _text(night)


def _weight(kept: Kept) -> tuple[PointInTime, str]:
    """Return what is larger for the one of two folders whose word of a finding holds."""
    seen = max(map(place_of, kept.record.sightings), default=(-1, "", ""))
    return seen, _text(replace(kept.record, sightings=[], replays=[]))


def _said(mark: Mark) -> tuple[str, str]:
    return mark.at, _text(mark)


def _text(record: FindingRecord | NightRecord | Mark) -> str:
    return dumps(asdict(record), sort_keys=True)


def _each_night(seen: Iterable[_Seen]) -> list[_Seen]:
    """Return what was seen in each night, once, in order of time."""
    nights: dict[str, _Seen] = {}
    for each in seen:
        nights[each.night] = max(nights.get(each.night, each), each, key=_fullest)
    return sorted(nights.values(), key=place_of)


def _fullest(seen: Sighting | Replayed) -> tuple[object, ...]:
    """Return what is larger for what was written down later of one night: a sighting counts."""
    counts = (seen.executions, seen.count) if isinstance(seen, Sighting) else (0, 0)
    return *counts, astuple(seen)


def _place(found: Kept, into: Path) -> Path:
    """Return the folder that a finding gets; its name ends with its id, which no other has."""
    name, id_ = found.folder.name, found.record.id
    return into / folders.FINDINGS / (name if name.endswith(id_) else f"{name}-{id_}")
