# SPDX-License-Identifier: GPL-2.0-only
"""In what state a finding is, from what the nights have shown of it.

`new`: first seen in the last night, or in killed ones before it, of which no morning has told.
`known`: seen before and not gone, or marked so. `fixed`: its token passes, and the search has not
seen it in that night or since. `regressed`: fixed before, and seen again in the last night, or in
killed ones before it. `invalid`: marked so, or its token can no longer be judged and nothing has
shown it since. What was fixed stays so when a change of the model makes its token unreadable.

Parts of one night count as one: it is the same night whichever part has seen it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from stress.findings import CANNOT_BE_JUDGED, FAILS, PASSES
from stress.history.folders import Kept
from stress.history.naming import PointInTime, place_of
from stress.history.night_records import NightRecord
from stress.history.parts import parts_together
from stress.history.records import FindingRecord, Mark

NEW, KNOWN, FIXED, REGRESSED, INVALID = "new", "known", "fixed", "regressed", "invalid"
STATES = (NEW, REGRESSED, KNOWN, FIXED, INVALID)


@dataclass
class _Night:
    """What one night, in all its parts, has shown of a finding."""

    place: PointInTime
    at: str = ""
    shown: bool = False
    passed: bool = False
    unjudged: bool = False


def state_of(
    record: FindingRecord, mark: Mark | None, nights: Sequence[NightRecord], today: date
) -> str:
    """Return the state of a finding.

    Args:
        record: the finding.
        mark: what somebody has said of it.
        nights: all nights, the oldest first.
        today: the day by which a mark may have expired.

    Returns:
        One of STATES.
    """
    if mark is not None and mark.state == INVALID and holds(mark, today):
        return INVALID
    state, fixed_at = _shown(record, nights)
    if mark is None or mark.state != KNOWN or not holds(mark, today) or state == FIXED:
        return state
    # Whoever said so before it was fixed did not mean what came back.
    return state if state == REGRESSED and mark.at <= fixed_at else KNOWN


def states_of(
    findings: Mapping[str, Kept], nights: Sequence[NightRecord], today: date
) -> dict[str, str]:
    """Return the state of each finding, by id; see state_of."""
    return {id_: state_of(kept.record, kept.mark, nights, today) for id_, kept in findings.items()}


def states_over(record: FindingRecord, nights: Sequence[NightRecord]) -> list[tuple[str, str]]:
    """Return in which night a finding came into which state, by what was shown alone.

    Args:
        record: the finding.
        nights: all nights, the oldest first.

    Returns:
        The night's name and the state, for each night that has changed it, the first one first.
    """
    found: list[tuple[str, str]] = []
    first = min(map(place_of, record.sightings), default=None)
    groups = parts_together(nights)
    for number, parts in enumerate(groups):
        last = max(map(place_of, parts))
        if first is not None and first <= last:
            until = replace(
                record,
                sightings=[each for each in record.sightings if place_of(each) <= last],
                replays=[each for each in record.replays if place_of(each) <= last],
            )
            state, _ = _shown(until, [each for group in groups[: number + 1] for each in group])
            if not found or found[-1][1] != state:
                found.append((parts[0].night, state))
    return found


def holds(mark: Mark, today: date) -> bool:
    """Tell whether what somebody said of a finding still counts; until when it does is a date."""
    try:
        return not mark.until or today <= date.fromisoformat(mark.until)
    except ValueError:
        return False


def _shown(record: FindingRecord, nights: Sequence[NightRecord]) -> tuple[str, str]:
    """Return the state by what was shown alone, and when it was last fixed, "" if never."""
    seen, recorded = _nights(record, nights)
    last = max([*recorded, *(night.place for night in seen)], default=None)
    first_shown = next((night.place for night in seen if night.shown), None)
    fixed, invalid, fixed_at, back = False, False, "", None
    for night in seen:
        if night.shown:
            back = night.place if fixed else back
            fixed = invalid = False
        elif night.passed:
            fixed, invalid, fixed_at = True, False, night.at
        elif night.unjudged:
            invalid = not fixed
    if fixed:
        return FIXED, fixed_at
    if invalid:
        return INVALID, fixed_at
    if _is_news(first_shown, last, recorded):
        return NEW, fixed_at
    return REGRESSED if _is_news(back, last, recorded) else KNOWN, fixed_at


def _is_news(
    shown: PointInTime | None, last: PointInTime | None, recorded: Collection[PointInTime]
) -> bool:
    """Tell whether no night that came to its morning before the last one can have told of this.

    A night that was killed has left no record, and yet its findings.
    """
    if shown is None or last is None:
        return False
    return not any(shown <= night < last for night in recorded)


def _nights(
    record: FindingRecord, nights: Sequence[NightRecord]
) -> tuple[list[_Night], Collection[PointInTime]]:
    """Return what each night has shown, the first one first, and which nights have a record."""
    whole: dict[str, PointInTime] = {}
    for parts in parts_together(nights):
        whole.update({part.night: place_of(parts[0]) for part in parts})
    found: dict[PointInTime, _Night] = {}

    def at(what: PointInTime) -> _Night:
        place = whole.get(what[2], what)
        night = found.setdefault(place, _Night(place))
        night.at = max(night.at, what[1])
        return night

    for sighting in record.sightings:
        at(place_of(sighting)).shown = True
    for replayed in record.replays:
        night = at(place_of(replayed))
        night.shown |= replayed.outcome == FAILS
        night.passed |= replayed.outcome == PASSES
        night.unjudged |= replayed.outcome == CANNOT_BE_JUDGED
    return sorted(found.values(), key=lambda night: night.place), set(whole.values())
