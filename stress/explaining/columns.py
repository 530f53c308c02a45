# SPDX-License-Identifier: GPL-2.0-only
"""The columns view: who does what, side by side, as commit messages of the kernel draw a race.

One line is one thing one thread does, so columns are indentation and a line may reach over those
to its right. There is room for what fits one screen: light lines go first, the beginning last.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from textwrap import wrap

from stress.explaining.compared import Place
from stress.explaining.first_divergence import FirstDivergence
from stress.explaining.lines import Line, lines
from stress.explaining.machine import machine_in_words, priorities_in_words
from stress.explaining.operations import STATE
from stress.explaining.recorded import Recorded
from stress.explaining.words import object_in_words
from stress.system import counted
from vgic import Parameters
from vgic.state import LockState

WIDTH = 77
LINES_MAX = 48

_MARGIN = 2


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
    kept = _fitting(everything, marked, _Layout(recorded.roles, width))
    layout = _Layout([role for role in recorded.roles if _acts(role, kept, recorded)], width)
    text = [*_machine(recorded.parameters, width), *layout.header()]
    left_out = len(kept.before)
    if left_out:
        left = counted(left_out, "line")
        text.append(f"  ... {left} before these (--view full has every step)")
    text += layout.body(kept.shown, marked)
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
    for words in (machine_in_words(parameters), priorities_in_words(parameters)):
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


def _fitting(everything: Sequence[Line], marked: Line | None, layout: "_Layout") -> _Kept:
    """Keep as much detail as there is room for, and then as late a part."""
    for weight in range(1, STATE + 1):
        kept = [line for line in everything if line.weight >= weight or line is marked]
        # Of many lines it is plain that there is no room: they are not laid out to be counted.
        if len(kept) <= LINES_MAX and len(layout.body(kept, marked)) <= LINES_MAX:
            return _Kept([], kept)
    begin = len(kept)
    while len(layout.body(kept[begin - 1 :], marked)) <= LINES_MAX:
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


class _Layout:
    """Where the columns are."""

    def __init__(self, roles: Sequence[str], width: int) -> None:
        step = width // 2 // max(1, len(roles) - 1)
        self._roles = roles
        self._width = width
        self._begin = {role: _MARGIN + number * step for number, role in enumerate(roles)}

    def header(self) -> list[str]:
        names = [f"CPU {number}: {role}" for number, role in enumerate(self._roles)]
        if len(names) > 3:
            names = list(self._roles)
        if not names:
            return []
        heads = rules = ""
        for role, name in zip(self._roles, names, strict=True):
            heads = heads.ljust(self._begin[role]) + name
            rules = rules.ljust(self._begin[role]) + "-" * len(name)
        return [heads, rules]

    def line(self, role: str, text: str, *, indent: int, mark: str = "") -> list[str]:
        begin = self._begin[role] + indent
        first, *rest = wrap(text, self._width - begin, subsequent_indent="  ") or [""]
        return [
            f"{mark:<{_MARGIN}}".ljust(begin) + first,
            *(" " * begin + line for line in rest),
        ]

    def body(self, shown: Sequence[Line], marked: Line | None) -> list[str]:
        text: list[str] = []
        functions: dict[str, str] = {}
        for line in shown:
            if not line.role:
                text.append(f"  -- {line.text} --")
                continue
            if line.function != functions.get(line.role, ""):
                functions[line.role] = line.function
                if line.function:
                    text += self.line(line.role, f"{line.function}()", indent=0)
            mark = "*" if line is marked else ""
            text += self.line(line.role, line.text, indent=2, mark=mark)
        return text


def verdict(recorded: Recorded, width: int) -> list[str]:
    """Return what went wrong, and the state of what it names, in lines of such a width."""
    failure = recorded.failure
    if failure is None:
        return ["nothing went wrong"]
    text = [
        f"=> {failure.kind}",
        *wrap(failure.message, width, initial_indent="   ", subsequent_indent="   "),
    ]
    for line in failure.details:
        text += wrap(line, width, initial_indent="     ", subsequent_indent="       ")
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
