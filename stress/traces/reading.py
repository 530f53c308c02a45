# SPDX-License-Identifier: GPL-2.0-only
"""Reading a trace back from text, which may come from anywhere.

What is read is data: lines are bounded, whatever is quoted is escaped, and what is no event of the
format is refused with the number of its line.
"""

import re

from harness.engine import printable
from stress.traces.event import NONE, SPURIOUS, Event, Trace
from stress.traces.printing import HEADER, NOT_TO_THE_END
from stress.traces.words import (
    ARE,
    HEXADECIMAL,
    IS,
    NUMBER_OR_NONE,
    STATE,
    VCPU,
    WHO,
    Shape,
    shapes_of,
)

EVENTS_MAX = 1_000_000
_LINE_MAX = 200
_QUOTED_MAX = 60
_NUMBER = r"(0|[1-9]\d{0,8})"
_INTIDS = {"": "", NUMBER_OR_NONE: rf" (none|{_NUMBER[1:]}"}
_VALUES = {
    "": "",
    VCPU: rf" vcpu{_NUMBER}",
    HEXADECIMAL: r" 0x([0-9a-f]{2})",
    IS: r" is ([01])",
    ARE: rf" are {_NUMBER}",
    STATE: r" pending ([01]) active ([01])",
}


class BadTrace(ValueError):
    """The text is no trace; the message says in which line, and why."""


def read_trace(text: str) -> Trace:
    """Read what print_trace returned.

    Lines that begin with `#` are remarks, but for the first, which says the version, and for one
    that says that the trace did not come to its end.

    Args:
        text: the text; lines end in a line feed.

    Raises:
        BadTrace: a line is none of a trace, or there are more than a million.
    """
    lines = text.split("\n")
    if lines[0] != HEADER:
        raise BadTrace(f"line 1: a trace begins with {HEADER!r}, not with {_quoted(lines[0])}")
    if len(lines) > EVENTS_MAX:
        raise BadTrace(f"line {EVENTS_MAX + 1}: a trace has at most so many lines")
    events, ended = [], True
    for number, line in enumerate(lines[1:], 2):
        if line.startswith(NOT_TO_THE_END):
            ended = False
        elif line and not line.startswith("#"):
            events.append(_event(line, number))
    return Trace(tuple(events), ended)


def _event(line: str, number: int) -> Event:
    if len(line) > _LINE_MAX:
        raise BadTrace(f"line {number}: it has {len(line)} characters, at most {_LINE_MAX} can be")
    who, _, rest = line.partition(" ")
    if not WHO.fullmatch(who):
        raise BadTrace(f"line {number}: an event is of vcpuN, devN or all, not of {_quoted(who)}")
    shapes = shapes_of(who)
    for what, shape in shapes.items():
        match = re.fullmatch(_pattern(what, shape), rest, re.ASCII)
        if match:
            return _made(who, what, shape, match.groups())
    known = ", ".join(shapes)
    raise BadTrace(f"line {number}: no event of {who} reads {_quoted(rest)}; there are {known}")


def _pattern(what: str, shape: Shape) -> str:
    value = _VALUES[shape.value]
    return (
        what + _INTIDS.get(shape.intid, f" {_NUMBER}") + (f"(?:{value})?" * shape.optional or value)
    )


def _made(who: str, what: str, shape: Shape, groups: tuple[str | None, ...]) -> Event:
    found = list(groups)
    intid = value = NONE
    if shape.intid:
        first = found.pop(0)
        intid = SPURIOUS if first in ("none", None) else int(first)
    if shape.value == STATE:
        value = sum(int(each or 0) << bit for bit, each in enumerate(found))
    elif found and found[0] is not None:
        value = int(found[0], 16 if shape.value == HEXADECIMAL else 10)
    return Event(who, what, intid, value)


def _quoted(text: str) -> str:
    return repr(printable(text[:_QUOTED_MAX]))
