# SPDX-License-Identifier: GPL-2.0-only
"""Findings as text: a line each, all there is to say of one, and for programs."""

import json
from collections.abc import Sequence
from dataclasses import asdict

from stress.commands.findings_read import Read
from stress.history import STATES, FindingRecord, Kept, NightRecord, holds, states_over
from stress.inputs import Points
from stress.morning import replay_line
from vgic import JudgedBy

_DAY = len("YYYY-MM-DD")


def list_text(read: Read, chosen: Sequence[Kept], state: str | None) -> str:
    """Return findings, a line each, under a line that says which folder was read.

    Args:
        read: what was read.
        chosen: the findings to list.
        state: the state that they are in, None for any.
    """
    last = read.last[-1] if read.last else "none"
    lines = [f"{read.summary}; the last night is {last}"]
    rows = [_row(read, kept.record) for kept in chosen]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        lines.append("  ".join(cells).rstrip())
    if not rows and state is not None:
        lines.append(f"none of them is {state}")
    return "\n".join(lines)


def _row(read: Read, record: FindingRecord) -> tuple[str, ...]:
    first, last = _seen(record)
    count = _count(read, record)
    seen = first[:_DAY] if first[:_DAY] == last[:_DAY] else f"{first[:_DAY]} to {last[:_DAY]}"
    tonight = f"{count}x" if count else "-"
    return record.id, read.states[record.id], tonight, seen, record.target, record.symptom


def _seen(record: FindingRecord) -> tuple[str, str]:
    """Return when a finding was first and last seen, "" if it never was."""
    at = [sighting.at for sighting in record.sightings] or [""]
    return at[0], at[-1]


def _count(read: Read, record: FindingRecord) -> int:
    """Return how many executions of the last night have shown a finding."""
    return sum(each.count for each in record.sightings if each.night in read.last)


def show_text(read: Read, kept: Kept) -> str:
    """Return all there is to say of a finding."""
    record = kept.record
    lines = [
        f"finding {record.id} in {read.folder}: {read.states[record.id]}",
        *_marked(read, kept),
    ]
    lines += [
        f"  {record.symptom}",
        f"  on {record.target}: {record.message}",
        f"  identity: {record.identity}",
        "  confirmed on OS threads: {} of {}".format(*record.confirmed),
    ]
    lines += _listed("mended by", record.mended_by)
    lines += _listed("fails on", [", ".join(record.fails_on)])
    lines += _listed("passes on", [", ".join(record.passes_on)])
    lines += _listed("for the mend's message", record.trailers)
    changes = [f"{state} in {night}" for night, state in states_over(record, read.nights)]
    lines += _listed("states", [", ".join(changes)])
    options = {night.night: _options(night) for night in read.nights}
    lines += [f"seen in {len(record.sightings)} of {len(read.nights)} nights:"]
    lines += [
        f"  {at.night}  {at.at}  {at.count} of {at.executions} executions, the first after "
        f"{at.to_find}: {at.scenario} --seed {at.seed:#x} --execution {at.execution}"
        f"{options.get(at.night, '')} ({at.strategy}, model={at.model})"
        for at in record.sightings
    ]
    if record.replays:
        lines += ["replayed:"]
        lines += [f"  {at.night}  {at.at}  {at.outcome}" for at in record.replays]
    return "\n".join([*lines, f"replay: {replay_line(record, kept.folder)}", f"in {kept.folder}"])


def _options(night: NightRecord) -> str:
    """Return what `run` has to be told to run an execution as a night did, which checks races."""
    points = f" --points {night.points}" if night.points != Points.STANDARD else ""
    judge = f" --judge {night.judge}" if night.judge != JudgedBy.INVARIANTS else ""
    return f" --check races{points}{judge}"


def _marked(read: Read, kept: Kept) -> list[str]:
    mark = kept.mark
    if mark is None:
        return []
    how_long = f"until {mark.until}" if mark.until else "for good"
    expired = "" if holds(mark, read.today) else ", which has passed"
    return [f"  marked {mark.state} {how_long}{expired}: {mark.reason} ({mark.at})"]


def _listed(title: str, texts: Sequence[str]) -> list[str]:
    return [f"  {title}: {text}" for text in texts if text]


def values(read: Read, chosen: Sequence[Kept]) -> str:
    """Return findings for programs, as JSON."""
    listed = [
        {
            "id": kept.record.id,
            "state": read.states[kept.record.id],
            "target": kept.record.target,
            "symptom": kept.record.symptom,
            "last_night": _count(read, kept.record),
            "first_seen": _seen(kept.record)[0],
            "last_seen": _seen(kept.record)[1],
            "folder": str(kept.folder),
        }
        for kept in chosen
    ]
    return json.dumps({"folder": str(read.folder), "findings": listed}, indent=2)


def export_values(read: Read) -> str:
    """Return all that was read for programs, as JSON."""
    found = [
        {
            "state": read.states[kept.record.id],
            "mark": None if kept.mark is None else asdict(kept.mark),
            "folder": str(kept.folder),
            "record": asdict(kept.record),
        }
        for kept in read.kept
    ]
    nights = [asdict(night) for night in read.nights]
    whole = {"folder": str(read.folder), "states": STATES, "findings": found, "nights": nights}
    return json.dumps(whole, indent=1)
