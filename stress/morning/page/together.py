# SPDX-License-Identifier: GPL-2.0-only
"""Several histories shown as one: those of machines that have not been merged yet."""

from collections.abc import Iterable
from dataclasses import replace

from stress.history import FindingRecord, Kept, Mark, NightRecord, place_of
from stress.morning.page.facts import ManyNights


def together(
    nights: Iterable[NightRecord],
    findings: Iterable[Kept],
    sources: Iterable[str],
    notes: Iterable[str],
) -> ManyNights:
    """Return one history: each night once, and each finding with what all have seen of it.

    Args:
        nights: the nights of all of them.
        findings: the findings of all of them.
        sources: the folders that they were read from.
        notes: what could not be read.
    """
    by_name = {night.night: night for night in nights}
    records: dict[str, FindingRecord] = {}
    marks: dict[str, Mark] = {}
    for kept in findings:
        before = records.get(kept.record.id)
        records[kept.record.id] = kept.record if before is None else _both(before, kept.record)
        if kept.mark is not None:
            said = marks.get(kept.record.id, kept.mark)
            marks[kept.record.id] = max(said, kept.mark, key=lambda mark: mark.at)
    ordered = sorted(by_name.values(), key=place_of)
    return ManyNights(ordered, list(records.values()), marks, list(sources), list(notes))


def _both(one: FindingRecord, other: FindingRecord) -> FindingRecord:
    """Return a finding with the sightings and replays of two records of it."""
    sightings = {each.night: each for each in (*other.sightings, *one.sightings)}
    replays = {each.night: each for each in (*other.replays, *one.replays)}
    return replace(
        one,
        sightings=sorted(sightings.values(), key=place_of),
        replays=sorted(replays.values(), key=place_of),
    )
