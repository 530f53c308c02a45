# SPDX-License-Identifier: GPL-2.0-only
"""Opening a night: a new one, or the last one that has not come to its end."""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from harness.engine import printable_text
from stress.executions import Target
from stress.history import SUMMARY, DamagedRecord, read_record, write_record
from stress.inputs import BadArgument
from stress.nights.asked import ASKED, Asked, Options
from stress.nights.entries import Begun, Ended
from stress.nights.folder import (
    copied,
    git_commit,
    git_diff,
    new_night,
    nights_in,
    now,
    platform_text,
)
from stress.nights.journal import Journal
from stress.nights.plan import NightPlan, changed
from stress.scenarios import SCENARIOS, ScenarioFile
from stress.system import write_whole

_PATCHES, _SCENARIOS = "patches", "scenarios"
"""The folders, in a night's, of the copies of users' files."""

JOURNAL = "journal.jsonl"


@dataclass(frozen=True)
class Opened:
    """A night to be run.

    Attributes:
        plan: what it is to do; users' files are read from their copies.
        place: its folder.
        asked: what it was asked for when it began.
        journal: what of it is done.
    """

    plan: NightPlan
    place: Path
    asked: Asked
    journal: Journal


@dataclass(frozen=True)
class Unfinished:
    """A night that has not come to its end.

    Attributes:
        place: its folder.
        asked: what it was asked for.
        journal: what of it is done.
    """

    place: Path
    asked: Asked
    journal: Journal


def unfinished(folder: Path) -> Unfinished | None:
    """Return the last night in a folder if it has not come to its end, None if it has.

    A night of which it cannot be read what it was asked for is none.

    Raises:
        OSError: its folder cannot be read or written.
    """
    for place in nights_in(folder)[-1:]:
        try:
            asked = read_record(Asked, place / ASKED)
        except (DamagedRecord, FileNotFoundError):
            return None
        journal = Journal(place / JOURNAL)
        ended = any(isinstance(entry, Ended) for entry in journal.entries)
        # Killed in between, it has come to its end and nobody was told.
        told = (place / SUMMARY).exists()
        return None if ended and told else Unfinished(place, asked, journal)
    return None


def begin(plan: NightPlan, options: Options, folder: Path, command: Sequence[str]) -> Opened:
    """Begin a new night.

    Args:
        plan: what it is to do.
        options: the options that say so.
        folder: the folder of all nights.
        command: the words of the command.

    Raises:
        OSError: its folder cannot be made.
    """
    place, begun, commit = new_night(folder), now(), git_commit()
    plan = _with_copies(plan, place)
    diff = git_diff()
    if diff:
        write_whole(place / "tree.diff", diff)
    journal = Journal(place / JOURNAL)
    asked = Asked(
        begun=begun,
        command=printable_text(shlex.join(command)),
        directory=printable_text(str(Path.cwd())),
        platform=platform_text(),
        commit=commit,
        options=options,
        values=plan.values(),
    )
    # Without this it is no night yet, so it comes last.
    write_record(place / ASKED, asked)
    journal.add(Begun(begun))
    return Opened(plan, place, asked, journal)


def resume(plan: NightPlan, last: Unfinished) -> Opened:
    """Go on with a night.

    Args:
        plan: what it is to do now.
        last: the night.

    Raises:
        BadArgument: it was to do something else when it began; says what.
        OSError: its folder cannot be read or written.
    """
    differences = changed(last.asked.values, plan.values())
    if differences:
        raise BadArgument(
            f"--resume: {last.place} cannot be gone on with: {'; '.join(differences)}; ask for the "
            "same, or leave out --resume, which begins another night"
        )
    plan = _with_copies(plan, last.place)
    last.journal.add(Begun(now()))
    return Opened(plan, last.place, last.asked, last.journal)


def _with_copies(plan: NightPlan, place: Path) -> NightPlan:
    """Return a plan whose users' files are read from copies in the night's folder.

    Raises:
        OSError: they cannot be copied.
    """

    def from_copy(number: int, target: Target) -> Target:
        if target.patch is None:
            return target
        return replace(target, copy=copied(target.patch[0], number, place, _PATCHES).absolute())

    for number, each in enumerate(SCENARIOS.origins(plan.scenarios)):
        if isinstance(each.source, ScenarioFile):
            copy = copied(each.source.path, number, place, _SCENARIOS)
            SCENARIOS.read_from(each.source.path, copy.absolute())
    targets = tuple(from_copy(n, target) for n, target in enumerate(plan.targets))
    return replace(plan, targets=targets)
