# SPDX-License-Identifier: GPL-2.0-only
"""A failing execution as a reader sees it: the threads side by side, what they did, what is wrong.

It is drawn as vgic-stress draws a machine's (harness.schedule.layout). What a thread does again and
again is drawn once. There is room for what fits one screen; of more the beginning is left out.
"""

from collections.abc import Sequence
from dataclasses import replace
from textwrap import wrap

from harness.checking.headline import lines_of
from harness.checking.programs import Program
from harness.checking.recording import Act, Recording
from harness.checking.shrinking import Failing
from harness.engine import (
    Carriers,
    Failed,
    Failure,
    NotDeterministic,
    Scheduler,
    execute,
    printable_name,
)
from harness.schedule import Columns, StrictReplay, failure_lines

WIDTH = 77
LINES_MAX = 48

_COLUMNS_MAX = 6
_MARK = "=>"
_TURN_MAX = 8
"""No turn of a loop of more lines is recognised."""


def columns(program: Program, failing: Failing, carriers: Carriers, steps_max: int) -> str:
    """Run an execution that fails once more and draw it.

    Args:
        program: what is run.
        failing: the execution; it has been replayed strictly.
        carriers: what the threads run on.
        steps_max: the bound past which an execution counts as a livelock.

    Raises:
        NotDeterministic: it does other things when it is recorded.
    """
    recordings: list[Recording] = []

    def recorded(scheduler: Scheduler) -> None:
        recordings.append(Recording(scheduler, carriers))
        program(scheduler)

    replay = StrictReplay(failing.schedule)
    execution = execute(recorded, replay, carriers, steps_max=steps_max)
    outcome = execution.outcome
    if not isinstance(outcome, Failed) or execution.digest != failing.execution.digest:
        raise NotDeterministic("it did other things when it was recorded")
    failure = outcome.failure
    lines = _without_turns(recordings[0].close(failure))
    said = failure_lines(_in_lines(failure), WIDTH)
    return "\n".join(map(str.rstrip, [*_drawn(lines, recordings[0].roles), "", *said]))


def _in_lines(failure: Failure) -> Failure:
    """Return a failure with what pytest says of an assertion below the author's own words."""
    first, *rest = lines_of(failure.message)
    return replace(failure, message=first, details=(*rest, *failure.details))


def _without_turns(lines: Sequence[Act]) -> list[Act]:
    """Return the lines with each loop's first turn only, and how often it comes again."""
    kept: list[Act] = []
    place = 0
    while place < len(lines):
        length, turns = _turns_at(lines, place)
        kept += lines[place : place + length]
        if turns > 1:
            again = f"{turns - 1} time{'s' * (turns > 2)} more"
            kept.append(replace(lines[place], text=f"... and so {again}"))
        place += length * turns
    return kept


def _turns_at(lines: Sequence[Act], place: int) -> tuple[int, int]:
    """Return how many lines a turn of the loop has that begins here, and how many turns it has.

    One line that comes once is one turn of one; a turn is of one thread.
    """
    for length in range(1, _TURN_MAX + 1):
        turn, turns = lines[place : place + length], 1
        if any(line.role != turn[0].role for line in turn):
            break
        while lines[place + turns * length : place + (turns + 1) * length] == turn:
            turns += 1
        if (turns - 1) * length > 2:
            return length, turns
    return 1, 1


def _drawn(lines: Sequence[Act], roles: Sequence[str]) -> list[str]:
    kept = list(lines[-LINES_MAX:])
    acting = _acting(kept, roles)
    layout = Columns(acting, WIDTH)
    while len(body := layout.body(kept, _mark)) > LINES_MAX and len(kept) > 1:
        kept = kept[1:]
    left_out = len(lines) - len(kept)
    before = [f"  ... {left_out} line{'s' * (left_out > 1)} before these"] if left_out else []
    if len(acting) > _COLUMNS_MAX:
        return [*before, *_one_by_one(kept)]
    room = WIDTH // 2 // max(1, len(acting) - 1) - 1
    return [*layout.header([printable_name(role)[:room] for role in acting]), *before, *body]


def _acting(lines: Sequence[Act], roles: Sequence[str]) -> list[str]:
    said = {line.role for line in lines}
    return [role for role in roles if role in said]


def _one_by_one(lines: Sequence[Act]) -> list[str]:
    """Return lines that each begin with their thread: there is no room for so many columns."""
    text = []
    for line in lines:
        said = f"{printable_name(line.role)}: {line.text}" if line.role else f"-- {line.text} --"
        text += wrap(said, WIDTH, initial_indent=f"{_mark(line):<4}", subsequent_indent=" " * 6)
    return text


def _mark(line: Act) -> str:
    return _MARK if line.fails else ""
