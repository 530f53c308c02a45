# SPDX-License-Identifier: GPL-2.0-only
"""How each event is worded: the one table that printing and reading go by.

An event has at most two arguments. The shape of one names what is written after what happened, in
the words of the format: a line is the name, then each word of the shape.
"""

import re
from typing import NamedTuple


class Shape(NamedTuple):
    """What is written of an event after what happened.

    Attributes:
        intid: how its INTID, or its cell, is written; "" if it has none.
        value: how its value is written; "" if it has none.
        optional: the value may be missing.
    """

    intid: str = ""
    value: str = ""
    optional: bool = False


NUMBER, NUMBER_OR_NONE = "number", "number or none"
VCPU, HEXADECIMAL, IS, ARE, STATE = "vcpu", "0x", "is", "are", "state"

NUMBER_MAX = 999_999_999
VALUES_MAX = {VCPU: NUMBER_MAX, HEXADECIMAL: 0xFF, IS: 1, ARE: NUMBER_MAX, STATE: 3}
"""The largest value that is written in each way; the smallest is 0."""

WHO = re.compile(r"(?:vcpu|dev)(?:0|[1-9][0-9]{0,2})|all")
"""Whose events there are."""

_OF_INTERRUPT = Shape(NUMBER)

OF_GUESTS = {
    "acknowledge": Shape(NUMBER_OR_NONE),
    **dict.fromkeys(("end", "end again", "drop", "dir", "quiesce"), _OF_INTERRUPT),
    **dict.fromkeys(("raise", "lower", "pend", "unpend", "enable", "disable"), _OF_INTERRUPT),
    **dict.fromkeys(("route", "sgi", "activate", "deactivate", "movi"), Shape(NUMBER, VCPU)),
    **dict.fromkeys(("lpis on", "lpis off"), Shape(NUMBER, VCPU)),
    **dict.fromkeys(("mapi", "mapti", "mapc", "mapc off", "movall", "invall"), Shape(NUMBER, VCPU)),
    **dict.fromkeys(("mapd", "mapd off", "int", "clear"), _OF_INTERRUPT),
    "inv": Shape(NUMBER, HEXADECIMAL),
    **dict.fromkeys(("rebind", "sgi others", "msi", "discard"), _OF_INTERRUPT),
    **dict.fromkeys(("group", "distributor", "trigger"), Shape(NUMBER, IS)),
    **dict.fromkeys(("sgi list", "sgir", "targets"), Shape(NUMBER, HEXADECIMAL)),
    **dict.fromkeys(("sgir others", "sgir self"), _OF_INTERRUPT),
    "priority": Shape(NUMBER, HEXADECIMAL),
    **dict.fromkeys(("pending", "active"), Shape(NUMBER, IS)),
    "exit": Shape(),
    "exits": Shape("", ARE, optional=True),
    **dict.fromkeys(("signal", "await"), _OF_INTERRUPT),
    "final": Shape(NUMBER, STATE),
}
"""What a vCPU's guest does and sees, and the state of its private interrupts at the end."""

OF_DEVICES = dict.fromkeys(("raise", "lower"), Shape(NUMBER, VCPU, optional=True))
OF_ALL = {"idle": Shape(), "exited": Shape(), "final": Shape(NUMBER, STATE)}
"""What concerns the whole machine: its phases, and the state of its shared interrupts."""


def shapes_of(who: str) -> dict[str, Shape]:
    """Return what there can be of somebody's events, by what happened.

    Args:
        who: `vcpu0`, `dev0` or `all`.
    """
    if who == "all":
        return OF_ALL
    return OF_DEVICES if who.startswith("dev") else OF_GUESTS
