# SPDX-License-Identifier: GPL-2.0-only
"""What the page is made from, and what there is to say of each night."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from itertools import pairwise

from stress.history import STATES, FindingRecord, Mark, NightRecord, state_of

_SECONDS_MIN = 0.001
"""What takes less has no speed, which could be beyond all numbers."""


@dataclass(frozen=True)
class Table:
    """A table: what is drawn, said.

    Attributes:
        caption: what it shows.
        head: the titles of its columns.
        rows: its rows; the first column names the row.
        texts: the titles of the columns that are no numbers, beside the first.
    """

    caption: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    texts: Sequence[str] = ()


@dataclass(frozen=True)
class ManyNights:
    """The history that a page shows.

    Attributes:
        nights: the nights, the oldest first.
        findings: the findings of all nights.
        marks: what was said of some of them, by id.
        sources: the folders that it was read from.
        notes: what could not be read.
    """

    nights: Sequence[NightRecord]
    findings: Sequence[FindingRecord]
    marks: Mapping[str, Mark]
    sources: Sequence[str] = ()
    notes: Sequence[str] = ()

    @cached_property
    def models(self) -> list[str]:
        """The digests of the model, the newest first."""
        return list(dict.fromkeys(night.model for night in reversed(self.nights)))

    @cached_property
    def changes(self) -> list[int]:
        """The places of the nights that are on another model than the night before."""
        changed = [before.model != after.model for before, after in pairwise(self.nights)]
        return [at for at, other in enumerate(changed, 1) if other]

    @cached_property
    def states(self) -> list[dict[str, str]]:
        """After each night the state of each finding that had been seen by then, by id."""
        return [self._states_after(at) for at in range(len(self.nights))]

    def _states_after(self, at: int) -> dict[str, str]:
        nights = self.nights[: at + 1]
        names = {night.night for night in nights}
        states = {}
        for finding in self.findings:
            seen = [sight for sight in finding.sightings if sight.night in names]
            replays = [replay for replay in finding.replays if replay.night in names]
            if seen:
                then = replace(finding, sightings=seen, replays=replays)
                mark = self.marks.get(finding.id)
                said = mark if mark is not None and mark.at <= nights[-1].ended else None
                states[finding.id] = state_of(then, said, nights, _day(nights[-1].ended))
        return states

    @property
    def executions(self) -> list[int]:
        """How many executions each night had."""
        return [sum(each.executions for each in night.targets) for night in self.nights]

    @property
    def behaviours(self) -> list[int]:
        """How many executions of each night showed a behaviour that none before them had."""
        return [
            sum(cell.new for each in night.targets for cell in each.cells) for night in self.nights
        ]

    @property
    def speeds(self) -> list[float]:
        """How many executions a second each night had; 0 if it took no time to speak of."""
        return [
            count / night.seconds if night.seconds >= _SECONDS_MIN else 0.0
            for count, night in zip(self.executions, self.nights, strict=True)
        ]


def nights_table(history: ManyNights) -> Table:
    """Return a row for each night, the newest first."""
    rows = [
        (
            night.night,
            night.begun[:10],
            night.model,
            f"{count:,}",
            str(len(night.found)),
            f"{night.verdict} ({night.exit})",
        )
        for night, count in zip(history.nights, history.executions, strict=True)
    ]
    return Table(
        "Nights, the newest first",
        ("night", "begun", "model", "executions", "findings met", "verdict (exit)"),
        rows[::-1],
        ("begun", "model", "verdict (exit)"),
    )


def executions_table(history: ManyNights) -> Table:
    """Return for each night how much was run, and what of it was new, the newest first."""
    rows = [
        (night.begun[:10], night.model, f"{count:,}", f"{new:,}")
        for night, count, new in zip(
            history.nights, history.executions, history.behaviours, strict=True
        )
    ]
    head = ("night of", "model", "executions", "new behaviours")
    caption = "Executions and new behaviours, the newest night first"
    return Table(caption, head, rows[::-1], ("model",))


def speed_table(history: ManyNights) -> Table:
    """Return how fast each night was, the newest first."""
    rows = [
        (night.begun[:10], night.platform, f"{speed:,.1f}")
        for night, speed in zip(history.nights, history.speeds, strict=True)
    ]
    head = ("night of", "machine", "executions/s")
    return Table("Executions a second, the newest night first", head, rows[::-1], ("machine",))


def states_table(history: ManyNights) -> Table:
    """Return how many findings were in each state after each night, the newest first."""
    rows = [
        (night.begun[:10], *(str(list(states.values()).count(state)) for state in STATES))
        for night, states in zip(history.nights, history.states, strict=True)
    ]
    return Table(
        "Findings by state after each night, the newest first", ("night of", *STATES), rows[::-1]
    )


def _day(at: str) -> date:
    """Return the day of a time; one that is none is after all others, so that no mark holds."""
    try:
        return date.fromisoformat(at[:10])
    except ValueError:
        return date.max
