# SPDX-License-Identifier: GPL-2.0-only
"""The findings of a folder of nights as the commands see them; nothing is written there."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from stress.history import (
    FINDINGS,
    RUNS,
    Kept,
    NightRecord,
    noting,
    parts_together,
    read_findings,
    read_nights,
    states_of,
)
from stress.inputs import BadArgument
from stress.system import complain, counted


@dataclass(frozen=True)
class Read:
    """What was read.

    Attributes:
        folder: the folder of the nights.
        kept: the findings, those that were seen last first.
        nights: the nights, the oldest first.
        states: the state of each finding, by id.
        today: the day by which marks expire, UTC.
    """

    folder: Path
    kept: list[Kept]
    nights: list[NightRecord]
    states: dict[str, str]
    today: date

    @property
    def summary(self) -> str:
        """How much there is."""
        findings, nights = counted(len(self.kept), "finding"), counted(len(self.nights), "night")
        return f"{findings} of {nights} in {self.folder}"

    @property
    def last(self) -> list[str]:
        """The names of the last night's parts; of an undivided one there is one."""
        groups = parts_together(self.nights)
        return [night.night for night in groups[-1]] if groups else []

    def one(self, prefix: str) -> Kept:
        """Return the finding whose id begins so.

        Raises:
            BadArgument: there is none, or there are several.
        """
        found = [kept for kept in self.kept if kept.record.id.startswith(prefix.lower())]
        if len(found) == 1 and prefix:
            return found[0]
        if not found or not prefix:
            raise BadArgument(
                f"no finding in {self.folder} has an id that begins with {prefix!r} "
                f"(`vgic-stress findings list {self.folder}` shows them all)"
            )
        ids = ", ".join(sorted(kept.record.id for kept in found)[:10])
        raise BadArgument(f"{counted(len(found), 'finding')} begin with {prefix!r}: {ids}")


def opened(folder: Path) -> Read:
    """Read the findings and nights of a folder, and say on standard error what was refused.

    Raises:
        BadArgument: no night has left anything there.
    """
    check(folder)
    notes: list[str] = []
    kept, nights = read_findings(folder, noting(notes)), read_nights(folder, noting(notes))
    for note in notes:
        complain(f"vgic-stress: {note}")
    today = datetime.now(UTC).date()
    states = states_of(kept, nights, today)
    return Read(folder, sorted(kept.values(), key=_seen_last), nights, states, today)


def check(folder: Path) -> None:
    """Check that nights have left something in a folder.

    Raises:
        BadArgument: they have not.
    """
    if not any((folder / name).is_dir() for name in (FINDINGS, RUNS)):
        there = "no night has left anything there" if folder.is_dir() else "it is no folder"
        what = there if folder.exists() else "there is no such folder"
        raise BadArgument(f"{folder}: {what}; name the folder that `vgic-stress nightly` had")


def _seen_last(kept: Kept) -> tuple[list[int], str]:
    last = max((each.at for each in kept.record.sightings), default="")
    return [-ord(char) for char in last], kept.record.id
