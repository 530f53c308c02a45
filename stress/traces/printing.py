# SPDX-License-Identifier: GPL-2.0-only
"""A trace as text: one event a line, as docs/traces.md describes it."""

from harness.engine import printable
from stress.traces.event import NONE, SPURIOUS, Event, Trace
from stress.traces.words import (
    ARE,
    HEXADECIMAL,
    IS,
    NUMBER_MAX,
    STATE,
    VALUES_MAX,
    VCPU,
    WHO,
    Shape,
    shapes_of,
)

HEADER = "# vgic-stress trace 1"
NOT_TO_THE_END = "# not to the end"
_WHY_MAX = 200


def print_trace(trace: Trace, why: str = "", machine: str = "") -> str:
    """Return a trace as text, with a line feed at the end.

    Args:
        trace: the trace.
        why: what it stopped for, if it did not come to its end.
        machine: a remark that says of which machine it is (machine.py).

    Raises:
        ValueError: an event cannot be said in this format, and could not be read back.
    """
    lines = [HEADER, *([machine] if machine else []), *map(event_line, trace.events)]
    if not trace.ended:
        reason = printable(" ".join(why.split()))[:_WHY_MAX]
        lines.append(f"{NOT_TO_THE_END}: {reason}" if reason else NOT_TO_THE_END)
    return "\n".join(lines) + "\n"


def event_line(event: Event) -> str:
    """Return one event as a line.

    Raises:
        ValueError: it cannot be said in this format.
    """
    shape = shapes_of(event.who).get(event.what) if WHO.fullmatch(event.who) else None
    if shape is None or not _can_be_said(event, shape):
        raise ValueError(f"no trace can say this event: {event}")
    words = [event.who, event.what]
    if shape.intid:
        words.append("none" if _reads_nothing(event) else str(event.intid))
    if shape.value and not (shape.optional and event.value == NONE):
        words.append(_value(shape, event.value))
    return " ".join(words)


def _can_be_said(event: Event, shape: Shape) -> bool:
    value = event.value
    return (not shape.intid or 0 <= event.intid <= NUMBER_MAX) and (
        not shape.value
        or (shape.optional and value == NONE)
        or 0 <= value <= VALUES_MAX[shape.value]
    )


def _reads_nothing(event: Event) -> bool:
    return event.what == "acknowledge" and event.intid == SPURIOUS


def _value(shape: Shape, value: int) -> str:
    return {
        VCPU: f"vcpu{value}",
        HEXADECIMAL: f"{value:#04x}",
        IS: f"is {value}",
        ARE: f"are {value}",
        STATE: f"pending {value & 1} active {value >> 1}",
    }[shape.value]
