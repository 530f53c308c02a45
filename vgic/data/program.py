# SPDX-License-Identifier: GPL-2.0-only
"""What guests and devices do, as values: instructions, accesses that exit, pulses on a line."""

from typing import NamedTuple

ACKNOWLEDGE = "a"
END = "e"
END_AGAIN = "x"
WORK = "n"
ACCESS = "m"
INSTRUCTIONS = ACKNOWLEDGE + END + END_AGAIN + WORK + ACCESS

QUIESCE = "quiesce"
ROUTE = "route"
ENABLE = "enable"
DISABLE = "disable"
PEND = "pend"
UNPEND = "unpend"
SGI = "sgi"
ACCESSES = (QUIESCE, ROUTE, ENABLE, DISABLE, PEND, UNPEND, SGI)


class Access(NamedTuple):
    """One access that exits.

    Attributes:
        kind: `quiesce` makes the device behind a level-triggered interrupt lower its line;
            `route`, `enable`, `disable`, `pend` and `unpend` write the distributor's IROUTER,
            ISENABLER, ICENABLER, ISPENDR and ICPENDR; `sgi` writes ICC_SGI1R_EL1.
        intid: the interrupt.
        value: the target vCPU of `route` and `sgi`, else 0.
    """

    kind: str
    intid: int
    value: int = 0


class Program(NamedTuple):
    """What a guest does.

    Attributes:
        instructions: letters: a acknowledges, e ends the innermost handler, n is other work, m
            does the next of the accesses, x ends again what was ended last, which no honest
            guest does.
        lateness: how many instructions each exit somebody asks for arrives late, in turn and
            then over again.
        accesses: what the m instructions do, in order.
    """

    instructions: str
    lateness: tuple[int, ...]
    accesses: tuple[Access, ...] = ()

    @property
    def honest(self) -> bool:
        """Whether the guest ends each interrupt once."""
        return END_AGAIN not in self.instructions


class Pulse(NamedTuple):
    """One thing a device does: an interrupt line goes up, or down if that is all it does.

    Attributes:
        intid: whose line.
        level: up, or down.
        pause: how many steps of other work the device does before.
        vcpu: whose interrupt it is if it is private, else 0.
    """

    intid: int
    level: bool
    pause: int
    vcpu: int = 0
