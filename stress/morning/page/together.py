# SPDX-License-Identifier: GPL-2.0-only
"""Several histories shown as one: those of machines that have not been merged yet."""

from collections.abc import Hashable, Iterable
from typing import TypeVar

from stress.history import Kept, NightRecord, furthest, one_finding, place_of
from stress.morning.page.facts import ManyNights

_Record = TypeVar("_Record", Kept, NightRecord)


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
    by_night = _alike((night.night, night) for night in nights)
    by_id = _alike((kept.record.id, kept) for kept in findings)
    kept = [one_finding(known) for known in by_id]
    return ManyNights(
        sorted(map(furthest, by_night), key=place_of),
        [each.record for each in kept],
        {each.record.id: each.mark for each in kept if each.mark is not None},
        list(sources),
        list(notes),
    )


def _alike(named: Iterable[tuple[Hashable, _Record]]) -> list[list[_Record]]:
    """Return records with those of one name together, in the order in which they came."""
    groups: dict[Hashable, list[_Record]] = {}
    for name, record in named:
        groups.setdefault(name, []).append(record)
    return list(groups.values())
