# SPDX-License-Identifier: GPL-2.0-only
"""One event of a trace, and a trace: values that a model and a kernel both can tell."""

from typing import NamedTuple

SPURIOUS = 1023
"""What an acknowledge reads where nothing is to be acknowledged (ICC_IAR1_EL1)."""

NONE = -1
"""In place of an INTID or a value that an event has none of."""


class Event(NamedTuple):
    """One thing that a guest or a device did, and what it read.

    Attributes:
        who: `vcpu0`, `dev1`, or `all` for what concerns the whole machine.
        what: the name of an instruction or of an access, or `idle`, `exited` and `final`.
        intid: the interrupt; what an acknowledge returned; SPURIOUS if nothing; NONE if none.
        value: what was read or written, a vCPU's number where it is one; NONE if nothing.
    """

    who: str
    what: str
    intid: int = NONE
    value: int = NONE


class Trace(NamedTuple):
    """What all of a machine did and saw once.

    Attributes:
        events: in an order in which they may have happened: those of one `who` are in the order
            in which it did them; between two of them nothing is promised.
        ended: everybody came to the end. False if somebody hung.
    """

    events: tuple[Event, ...]
    ended: bool = True
