# SPDX-License-Identifier: GPL-2.0-only
"""What somebody says of a finding: checked, and written into its folder."""

from datetime import UTC, date, datetime
from pathlib import Path

from harness.engine import TEXT_MAX, is_printable
from stress.commands.findings_read import opened
from stress.history import History, Mark
from stress.inputs import BadArgument


def mark_of(state: str, reason: str | None, until: str | None) -> Mark | None:
    """Return a mark as it was asked for, None to take one back.

    Args:
        state: `known` or `invalid`, "" to take it back.
        reason: why.
        until: its last day, None if it holds for good.

    Raises:
        BadArgument: there is no reason, or the day is none or has passed.
    """
    now = datetime.now(UTC)
    if not state:
        if until is not None:
            raise BadArgument("--until says how long a mark holds; --clear takes it back at once")
        return None
    reason = (reason or "").strip()
    if not reason or len(reason) > TEXT_MAX or not is_printable(reason):
        raise BadArgument(
            f"--{state} takes --reason TEXT, one line of at most {TEXT_MAX} characters: "
            "whoever reads it in a year will want to know"
        )
    if until is not None and _day(until) < now.date():
        raise BadArgument(f"--until {until}: that day has passed")
    return Mark(state, reason, until or "", now.strftime("%Y-%m-%dT%H:%M:%SZ"))


def write_mark(folder: Path, prefix: str, mark: Mark | None) -> str:
    """Write a mark, or take one back, and return what was done.

    Args:
        folder: the folder of the nights.
        prefix: how the finding's id begins.
        mark: the mark, None to take it back.

    Raises:
        BadArgument: there is no such finding.
        OSError: it cannot be written.
    """
    kept = opened(folder).one(prefix)
    with History.open(folder) as history:
        history.mark(kept.record.id, mark)
    what = f"{kept.record.id} ({kept.record.symptom} on {kept.record.target}) in {folder}"
    if mark is None:
        return f"{what}: " + ("no mark was there" if kept.mark is None else "the mark is gone")
    return f"{what}: {mark.state} {f'until {mark.until}' if mark.until else 'for good'}"


def _day(text: str) -> date:
    try:
        if len(text) != len("YYYY-MM-DD"):
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        raise BadArgument(f"--until {text}: a day, such as 2027-01-31") from None
