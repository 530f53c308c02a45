# SPDX-License-Identifier: GPL-2.0-only
"""The columns view: who does what, side by side, as commit messages of the kernel draw a race.

One line is one thing one thread does, so columns are indentation and a line may reach over those
to its right. There is room for what fits one screen: light lines go first, the beginning last.
"""

import re
from collections.abc import Sequence
from textwrap import wrap

from stress.explaining.departure import Departure
from stress.explaining.lines import STATE, Line, lines
from stress.explaining.recorded import Recorded

WIDTH = 77
LINES_MAX = 48

_MARGIN = 2
_LAST_COLUMN = 38


def columns(recorded: Recorded, departure: Departure | None = None) -> str:
    """Return the view: plain text under 78 columns.

    Args:
        recorded: the execution.
        departure: where the correct kernel goes another way, if that is known.
    """
    layout = _Layout(recorded.roles)
    body, left_out = _body(recorded, layout, departure)
    text = [*layout.header()]
    if left_out:
        text.append(f"  ... {left_out} lines before these (--view full has every step)")
    text += body
    for role, wait in recorded.waiting.items():
        text += layout.line(role, f"({wait})", indent=0)
    text += ["", *_verdict(recorded)]
    if departure is not None:
        text += wrap(f"* v1 goes another way here: {departure.instead}", WIDTH,
                     subsequent_indent="  ")  # fmt: skip
    return "\n".join(line.rstrip() for line in text)


class _Layout:
    """Where the columns are."""

    def __init__(self, roles: Sequence[str]) -> None:
        step = _LAST_COLUMN // max(1, len(roles) - 1)
        self._roles = roles
        self._begin = {role: _MARGIN + number * step for number, role in enumerate(roles)}

    def header(self) -> list[str]:
        names = [f"CPU {number}: {role}" for number, role in enumerate(self._roles)]
        if len(names) > 3:
            names = list(self._roles)
        heads = rules = ""
        for role, name in zip(self._roles, names, strict=True):
            heads = heads.ljust(self._begin[role]) + name
            rules = rules.ljust(self._begin[role]) + "-" * len(name)
        return [heads, rules]

    def line(self, role: str, text: str, *, indent: int, mark: str = "") -> list[str]:
        begin = self._begin[role] + indent
        first, *rest = wrap(text, WIDTH - begin, subsequent_indent="  ") or [""]
        return [
            f"{mark:<{_MARGIN}}".ljust(begin) + first,
            *(" " * begin + line for line in rest),
        ]


def _body(
    recorded: Recorded, layout: _Layout, departure: Departure | None
) -> tuple[list[str], int]:
    """Lay the lines out with as much detail as there is room for; say how many were left out."""
    everything = list(lines(recorded.steps))
    marked = _marked(recorded, everything, departure)
    for weight in range(1, STATE + 1):
        kept = [line for line in everything if line.weight >= weight or line is marked]
        body = _laid_out(kept, layout, marked)
        if len(body) <= LINES_MAX:
            return body, 0
    return body[-LINES_MAX:], len(body) - LINES_MAX


def _marked(
    recorded: Recorded, everything: Sequence[Line], departure: Departure | None
) -> Line | None:
    """Return the line at which the correct kernel goes another way."""
    if departure is None:
        return None
    there = [
        line
        for line in everything
        if departure.step <= recorded.steps[line.index].event.step < departure.until
    ]
    named = [line for line in there if any(thing in line.text for thing in departure.things)]
    return next(iter(named or there), None)


def _laid_out(kept: Sequence[Line], layout: _Layout, marked: Line | None) -> list[str]:
    body: list[str] = []
    functions: dict[str, str] = {}
    for line in kept:
        if not line.role:
            body.append(f"  -- {line.text} --")
            continue
        if line.function != functions.get(line.role, ""):
            functions[line.role] = line.function
            if line.function:
                body += layout.line(line.role, f"{line.function}()", indent=0)
        mark = "*" if line is marked else ""
        body += layout.line(line.role, line.text, indent=2, mark=mark)
    return body


def _verdict(recorded: Recorded) -> list[str]:
    failure = recorded.failure
    if failure is None:
        return ["nothing went wrong"]
    text = [
        f"=> {failure.kind}",
        *wrap(failure.message, WIDTH, initial_indent="   ", subsequent_indent="   "),
    ]
    for line in failure.details:
        text += wrap(line, WIDTH, initial_indent="     ", subsequent_indent="       ")
    state = recorded.end.state
    for thing in _named(failure.message, list(state)):
        fields = " ".join(
            f"{field}={value}" if field else value for field, value in state[thing].items()
        )
        text += wrap(f"{thing}: {fields}", WIDTH, initial_indent="   ", subsequent_indent="     ")
    return text


def _named(message: str, things: Sequence[str]) -> list[str]:
    """Return the interrupts and lists that a message names."""
    return [
        thing
        for thing in things
        if re.search(rf"(?<!\w){re.escape(thing)}(?!\w)", message)
        and not thing.startswith(("irq_lock[", "ap_list_lock["))
    ]
