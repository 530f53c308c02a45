# SPDX-License-Identifier: GPL-2.0-only
"""Joining the parts of a night that several machines have run, when they are in one folder.

What was counted adds up; what all executions of a target come to together is summed from the
journals again. The parts go into the folder of the night that they are.
"""

import shutil
from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from stress.executions import Target
from stress.history import (
    RUNS,
    DamagedRecord,
    Edge,
    History,
    NightRecord,
    TargetRecord,
    missing_parts,
    night_number,
    one_night,
    parts_together,
    read_record,
)
from stress.nights.asked import ASKED, Asked
from stress.nights.ending import ended, morning_of, write_morning
from stress.nights.entries import Begun, Ended, Leg, Orders
from stress.nights.journal import Journal
from stress.nights.opening import JOURNAL
from stress.nights.orders import first_orders
from stress.nights.plan import NightPlan
from stress.nights.summing import in_order, target_record
from vgic import REVISIONS

PARTS = "parts"
"""The folder, in that of a joined night, of the nights that were its parts."""


def join_parts(history: History) -> list[str]:
    """Join the parts of each night of which all are there; return a line for each.

    Raises:
        OSError: something cannot be written.
    """
    said = []
    for parts in parts_together(history.nights()):
        count = parts[0].shard[1]
        if count > 1 and not missing_parts(parts) and not any(each.interrupted for each in parts):
            whole = _joined(history, sorted(parts, key=lambda part: part.shard))
            said.append(f"{', '.join(part.night for part in parts)} are now {whole.night}")
    return said


def _joined(history: History, parts: Sequence[NightRecord]) -> NightRecord:
    runs = history.folder / RUNS
    journals = [Journal(runs / part.night / JOURNAL) for part in parts]
    legs = [each for journal in journals for each in journal.entries if isinstance(each, Leg)]
    name = _name(parts)
    record = one_night(parts, _targets(runs / parts[0].night, legs), _edges(journals, parts))
    record = replace(record, night=name)
    verdict = ended(record, history, only_new=False)
    record = replace(record, verdict=str(verdict.values()["verdict"]), exit=int(verdict.code))
    place = runs / name
    (place / PARTS).mkdir(parents=True, exist_ok=True)
    joined = Journal(place / JOURNAL)
    if not joined.entries:
        joined.add(Begun(record.begun))
        for leg in in_order(legs):
            joined.add(leg)
        joined.add(Ended(record.ended))
    for part in parts:
        kept = place / PARTS / part.night
        if kept.exists():
            shutil.rmtree(runs / part.night)  # it was merged, and joined, before
        else:
            (runs / part.night).rename(kept)
    history.night_ended(record)
    write_morning(morning_of(record, history), place)
    return record


def _name(parts: Sequence[NightRecord]) -> str:
    """Return what a joined night is called: the same whenever it is joined."""
    digits = sha256(" ".join(part.night for part in parts).encode()).hexdigest()[:8]
    number = max(night_number(part.night) for part in parts)
    return f"night-{number:04}-{digits}"


def _targets(place: Path, legs: Sequence[Leg]) -> list[TargetRecord]:
    """Return what a night did with each target, [] if users' files would have to be run for it."""
    try:
        options = read_record(Asked, place / ASKED).options
    except (DamagedRecord, FileNotFoundError):
        return []
    if any(name not in REVISIONS for name in options.revisions):
        return []
    plan = NightPlan(
        tuple(Target(name).judged_by(True) for name in options.revisions),
        tuple(options.scenarios),
        options.seed,
        options.executions,
        options.duration_s,
    )
    ordered = in_order(legs)
    return [
        target_record(plan, number, [leg for leg in ordered if leg.target == number])
        for number in range(len(plan.targets))
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
        for (before, after), lane in first_orders(target, legs).items():
            key = lane % len(parts), name, before, after
            found += [known[key]] if key in known else []
    return found
