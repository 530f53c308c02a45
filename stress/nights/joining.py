# SPDX-License-Identifier: GPL-2.0-only
"""Joining the parts of a night that several machines have run, when they are in one folder.

What was counted adds up; what all executions of a target come to together is summed from the
journals again. The parts go into the folder of the night that they are.
"""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from stress.findings import FAILS
from stress.history import (
    RUNS,
    DamagedRecord,
    Edge,
    FindingRecord,
    History,
    NightRecord,
    Replayed,
    TargetRecord,
    missing_parts,
    night_number,
    one_night,
    parts_together,
    place_of,
    read_record,
)
from stress.nights.asked import ASKED, Asked
from stress.nights.ending import judged, morning_of, write_morning
from stress.nights.entries import Begun, Ended, Leg, Orders
from stress.nights.filing import file
from stress.nights.journal import Journal
from stress.nights.opening import JOURNAL
from stress.nights.orders import orders_seen
from stress.nights.plan import NightPlan
from stress.nights.summing import in_order, target_record, tested_in

PARTS = "parts"
"""The folder, in that of a joined night, of the nights that were its parts."""


def join_parts(history: History) -> list[str]:
    """Join the parts of each night of which all are there; return a line for each.

    Raises:
        OSError: something cannot be written.
    """
    for part in whole_of(history.folder):
        # It was merged once more, and is in the night that it is a part of.
        shutil.rmtree(history.folder / RUNS / part, ignore_errors=True)
    said = []
    for parts in parts_together(history.nights()):
        count = parts[0].shard[1]
        if count > 1 and not missing_parts(parts) and not any(each.interrupted for each in parts):
            whole = _joined(history, sorted(parts, key=lambda part: part.shard))
            said.append(f"{', '.join(part.night for part in parts)} are now {whole.night}")
    wholes = whole_of(history.folder)
    for kept in history.findings().values():
        record = seen_by_wholes(kept.record, wholes)
        if record != kept.record:
            file(history, record, kept.folder)
    for night in history.nights():
        if night.night in set(wholes.values()):
            write_morning(morning_of(night, history), history.folder / RUNS / night.night)
    return said


def whole_of(folder: Path) -> dict[str, str]:
    """Return for each part that was joined the name of the night that it is a part of."""
    return {
        part.name: part.parent.parent.name for part in sorted((folder / RUNS).glob(f"*/{PARTS}/*"))
    }


def _joined(history: History, parts: Sequence[NightRecord]) -> NightRecord:
    runs = history.folder / RUNS
    journals = [Journal(runs / part.night / JOURNAL) for part in parts]
    legs = [each for journal in journals for each in journal.entries if isinstance(each, Leg)]
    name = _name(parts)
    record = one_night(
        parts, _targets(runs / parts[0].night, parts[0], legs), _edges(journals, parts)
    )
    morning, _ = judged(replace(record, night=name), history, only_new=False)
    record = morning.tonight
    place = runs / name
    (place / PARTS).mkdir(parents=True, exist_ok=True)
    # Should this be killed it is done again, whole, until the parts have moved.
    (place / JOURNAL).unlink(missing_ok=True)
    joined = Journal(place / JOURNAL)
    joined.add(Begun(record.begun))
    for leg in in_order(legs):
        joined.add(leg)
    joined.add(Ended(record.ended))
    history.night_ended(record)
    for part in parts:
        (runs / part.night).rename(place / PARTS / part.night)
    return record


def seen_by_wholes(record: FindingRecord, wholes: Mapping[str, str]) -> FindingRecord:
    """Return a finding that was seen by nights, where it was seen by parts of them.

    Args:
        record: the finding.
        wholes: for each part the name of the night that it is a part of.
    """
    # What a joined night has seen itself has all its parts in it.
    sightings = {each.night: each for each in record.sightings if each.night not in wholes}
    joined = set(sightings)
    for sighting in record.sightings:
        name = wholes.get(sighting.night, sighting.night)
        if name in joined:
            continue
        other = sightings.get(name, replace(sighting, count=0, executions=0))
        sightings[name] = replace(
            min(other, sighting, key=lambda each: each.to_find),
            night=name,
            count=other.count + sighting.count,
            executions=other.executions + sighting.executions,
        )
    replays: dict[str, Replayed] = {}
    for replayed in record.replays:
        name = wholes.get(replayed.night, replayed.night)
        # If parts differ, by chance in a class that is not deterministic, it is still there.
        if name not in replays or replayed.outcome == FAILS:
            replays[name] = replace(replayed, night=name)
    return replace(
        record,
        sightings=sorted(sightings.values(), key=place_of),
        replays=sorted(replays.values(), key=place_of),
    )


def _name(parts: Sequence[NightRecord]) -> str:
    """Return what a joined night is called: the same whenever it is joined."""
    digits = sha256(" ".join(part.night for part in parts).encode()).hexdigest()[:8]
    number = max(night_number(part.night) for part in parts)
    return f"night-{number:04}-{digits}"


def _targets(place: Path, part: NightRecord, legs: Sequence[Leg]) -> list[TargetRecord]:
    """Return what a night did with each target, by a part of it and the legs of all parts.

    [] if it is not known what was asked for. What users' classes are is in the record of the part:
    theirs are from another machine and are not run here, and neither are their scenarios.
    """
    try:
        options = read_record(Asked, place / ASKED).options
    except (DamagedRecord, FileNotFoundError):
        return []
    if len(options.revisions) != len(part.targets):
        return []
    plan = NightPlan(
        options.targets,
        tuple(options.scenarios),
        options.seed,
        options.executions,
        options.duration_s,
    )
    ordered = in_order(legs)
    return [
        target_record(
            plan, number, tested_in(record), [leg for leg in ordered if leg.target == number]
        )
        for number, record in enumerate(part.targets)
    ]


def _edges(journals: Sequence[Journal], parts: Sequence[NightRecord]) -> list[Edge]:
    """Return the orders of locks, each from the part that was the first to show it."""
    legs: list[Leg] = []
    known: dict[tuple[int, str, str, str], Edge] = {}
    for number, journal in enumerate(journals):
        legs += [each for each in journal.entries if isinstance(each, Leg)]
        for orders in journal.entries:
            if isinstance(orders, Orders):
                for edge in orders.edges:
                    known[number, edge.target, edge.before, edge.after] = edge
    found = []
    names = [target.target for target in parts[0].targets]
    for target, name in enumerate(names):
        for (before, after), seen in orders_seen(target, legs).items():
            key = seen.lanes[0] % len(parts), name, before, after
            found += [known[key]] if key in known else []
    return found
