# SPDX-License-Identifier: GPL-2.0-only
"""The columns view: who does what, side by side, as commit messages of the kernel draw a race.

There is room for what fits one screen: light lines go first, the beginning last. Where lines stand
is decided in harness.schedule.layout.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from textwrap import wrap

from harness.schedule import Columns, failure_lines
from stress.explaining.compared import Place
from stress.explaining.first_divergence import FirstDivergence
from stress.explaining.lines import Line, lines
from stress.explaining.machine import choices_in_words, machine_in_words, priorities_in_words
from stress.explaining.operations import STATE
from stress.explaining.recorded import Recorded
from stress.explaining.words import object_in_words
from stress.system import counted
from vgic import Parameters
from vgic.state import LockState

WIDTH = 77
LINES_MAX = 48


def columns(
    recorded: Recorded, divergence: FirstDivergence | None = None, width: int = WIDTH
) -> str:
    """Return the view: plain text.

    Args:
        recorded: the execution.
        divergence: where the correct kernel goes another way, if that is known.
        width: of no line more than so many characters.
    """
    everything = list(lines(recorded, _locks_shown(recorded)))
    marked = None if divergence is None else _marked(recorded, everything, divergence)
    kept = _fitting(everything, marked, Columns(recorded.roles, width))
    acting = [role for role in recorded.roles if _acts(role, kept, recorded)]
    layout = Columns(acting, width)
    text = [*_machine(recorded.parameters, width), *layout.header(_names(acting))]
    left_out = len(kept.before)
    if left_out:
        left = counted(left_out, "line")
        text.append(f"  ... {left} before these (--view full has every step)")
    text += layout.body(kept.shown, lambda line: "*" if line is marked else "")
    for role, wait in recorded.waiting.items():
        if _acts(role, kept, recorded):
            text += layout.line(role, f"({wait})", indent=0)
    text += ["", *verdict(recorded, width)]
    if divergence is not None:
        where = "here" if marked in kept.shown else "before these lines"
        footnote = f"* the reference goes another way {where}: {divergence.instead}"
        if divergence.decided_in not in ("", divergence.function):
            footnote += f"; its {divergence.decided_in}() has returned otherwise"
        text += wrap(footnote, width, subsequent_indent="  ")
    return "\n".join(line.rstrip() for line in text)


def _machine(parameters: Parameters, width: int) -> Iterator[str]:
    said = (machine_in_words, priorities_in_words, choices_in_words)
    for words in [in_words(parameters) for in_words in said]:
        yield from wrap(words, width, initial_indent="  ", subsequent_indent="    ")
    yield ""


def _locks_shown(recorded: Recorded) -> frozenset[int]:
    """Return the steps that took what is still held, where the failure is about locks."""
    failure = recorded.failure
    if failure is None:
        return frozenset()
    said = " ".join([failure.message, *failure.details])
    if not any(lock.name in said for lock in recorded.locks):
        return frozenset()
    return frozenset(index for role in recorded.roles for index in recorded.holds(role))


def _marked(recorded: Recorded, everything: list[Line], divergence: FirstDivergence) -> Line:
    """Return the line at which the correct kernel goes another way.

    Where nothing is done that there could be a line about, one that says so is put in.
    """
    for line in everything:
        is_there = not divergence.undone and _place(line) == divergence.place
        if is_there and (not divergence.things or line.changed in divergence.things):
            return line
    text = "(left undone)" if divergence.undone else "(goes another way)"
    step, deed = divergence.place.step, divergence.place.deed
    role = recorded.steps[step].event.role
    marked = Line(step, role, divergence.function, text, STATE, deed)
    places = [_place(line) for line in everything]
    everything.insert(bisect_right(places, divergence.place), marked)
    return marked


def _place(line: Line) -> Place:
    return Place(line.index, line.deed)


@dataclass(frozen=True)
class _Kept:
    """The lines there is room for, and those of like weight before them there is none for."""

    before: Sequence[Line]
    shown: Sequence[Line]


def _fitting(everything: Sequence[Line], marked: Line | None, layout: Columns) -> _Kept:
    """Keep as much detail as there is room for, and then as late a part."""
    for weight in range(1, STATE + 1):
        kept = [line for line in everything if line.weight >= weight or line is marked]
        # Of many lines it is plain that there is no room: they are not laid out to be counted.
        if len(kept) <= LINES_MAX and len(layout.body(kept)) <= LINES_MAX:
            return _Kept([], kept)
    begin = len(kept)
    while len(layout.body(kept[begin - 1 :])) <= LINES_MAX:
        begin -= 1
    return _Kept(kept[:begin], kept[begin:])


def _acts(role: str, kept: _Kept, recorded: Recorded) -> bool:
    """Tell whether there is anything to say of a thread, or the failure is about its vCPU."""
    waits = recorded.waiting.get(role, "idles") != "idles"
    failure = recorded.failure
    named = failure is not None and _is_named(_vcpu(role), failure.message)
    return waits or named or any(line.role == role for line in kept.shown)


def _vcpu(role: str) -> str:
    return role.replace("vcpu", "vcpu ")


def _names(roles: Sequence[str]) -> Sequence[str]:
    """Return what stands over the columns, as far as there is room."""
    return roles if len(roles) > 3 else [f"CPU {n}: {role}" for n, role in enumerate(roles)]


def verdict(recorded: Recorded, width: int) -> list[str]:
    """Return what went wrong, and the state of what it names, in lines of such a width."""
    failure = recorded.failure
    if failure is None:
        return ["nothing went wrong"]
    text = failure_lines(failure, width)
    for thing, fields in recorded.end.state.items():
        if thing.kind is not LockState and _is_named(thing.name, failure.message):
            text += wrap(
                object_in_words(thing, fields),
                width,
                initial_indent="   ",
                subsequent_indent="     ",
            )
    return text


def _is_named(name: str, message: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", message) is not None
