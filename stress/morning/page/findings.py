# SPDX-License-Identifier: GPL-2.0-only
"""The findings of many nights: their state under each model, and how long each took to find."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from stress.history import STATES, FindingRecord, NightRecord, place_of
from stress.morning.page.facts import ManyNights, Table

SEEN, FAILS, PASSES, UNSEEN, NOT_RUN = "●", "○", "✓", "·", "-"
GLYPHS = {"new": "+", "regressed": "↻", "known": "●", "fixed": "✓", "invalid": "✗"}
"""A sign for each state, so that no colour is needed."""

_DRAWN_MAX = 20

LEGEND = (
    f"{SEEN} seen in so many of the nights that ran its target, {FAILS} not seen but its token "
    f"fails, {PASSES} its token passes, {UNSEEN} not seen, {NOT_RUN} not run or not yet known"
)


@dataclass(frozen=True)
class FindingRow:
    """A finding under each model.

    Attributes:
        id: its id.
        target: what it was found on.
        identity: what it is.
        state: its state now.
        glyph: a sign for that.
        cells: what became of it under each model.
        last: the day on which it was last seen.
        note: why it is known or invalid, if somebody has said so.
    """

    id: str
    target: str
    identity: str
    state: str
    glyph: str
    cells: tuple[str, ...]
    last: str
    note: str


def finding_rows(history: ManyNights) -> list[FindingRow]:
    """Return a row for each finding that a night has seen: what is open first."""
    now = history.states[-1]
    order = {state: at for at, state in enumerate(STATES)}
    seen = [each for each in history.findings if each.id in now]
    seen.sort(key=lambda each: (order.get(now[each.id], len(order)), each.target, each.identity))
    return [_row(history, each, now[each.id]) for each in seen]


def _row(history: ManyNights, finding: FindingRecord, state: str) -> FindingRow:
    mark = history.marks.get(finding.id)
    until = f" (until {mark.until})" if mark is not None and mark.until else ""
    return FindingRow(
        finding.id,
        finding.target,
        finding.identity,
        state,
        GLYPHS.get(state, "?"),
        tuple(_under(finding, nights) for nights in _by_model(history)),
        finding.sightings[-1].at[:10],
        f"{mark.state}: {mark.reason}{until}" if mark is not None else "",
    )


def _by_model(history: ManyNights) -> list[list[NightRecord]]:
    return [[night for night in history.nights if night.model == model] for model in history.models]


def _under(finding: FindingRecord, nights: Sequence[NightRecord]) -> str:
    """Return what became of a finding in the nights of one model."""
    names = {night.night for night in nights}
    seen = {sight.night for sight in finding.sightings} & names
    outcomes = [replay.outcome for replay in finding.replays if replay.night in names]
    ran = [
        night
        for night in nights
        if any(each.target == finding.target and each.executions for each in night.targets)
    ]
    passes = outcomes[-1:] == ["passes"] and nights[-1].night not in seen
    if seen:
        return f"{SEEN} {len(seen)}/{max(len(seen), len(ran))}" + f" {PASSES}" * passes
    if outcomes:
        return PASSES if passes else FAILS if "fails" in outcomes else UNSEEN
    was_known = place_of(finding.sightings[0]) < place_of(nights[-1])
    return UNSEEN if ran and was_known else NOT_RUN


def to_find(history: ManyNights) -> list[tuple[FindingRecord, list[int]]]:
    """Return after how many executions each night has found each finding, the hardest last."""
    names = {night.night for night in history.nights}
    found = [
        (each, [sight.to_find for sight in each.sightings if sight.night in names])
        for each in history.findings
    ]
    return sorted(
        ((each, counts) for each, counts in found if counts),
        key=lambda row: (median(row[1]), row[0].id),
    )


def hardest(history: ManyNights) -> list[tuple[FindingRecord, list[int]]]:
    """Return those that a plot has room for: the hardest to find, the very hardest last."""
    return to_find(history)[-_DRAWN_MAX:]


def to_find_table(history: ManyNights) -> Table:
    """Return how many executions each finding took, the hardest first."""
    rows = [
        (
            each.id,
            str(len(counts)),
            f"{min(counts):,}",
            f"{median(counts):,.0f}",
            f"{max(counts):,}",
        )
        for each, counts in reversed(to_find(history))
    ]
    head = ("finding", "nights", "least", "median", "most")
    caption = "Executions of its target up to the first that shows a finding"
    return Table(caption, head, rows)
