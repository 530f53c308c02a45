# SPDX-License-Identifier: GPL-2.0-only
"""What delivery by software may do that the GIC itself would not, each stated once, with why.

A vCPU in its guest has what it has loaded on its way in, and nobody can change that but by having
it leave. All of them follow from that, but for the last two, which are what KVM has chosen.
"""

from enum import Flag, auto


class Allowances(Flag):
    """The allowances; without one of them the judge is as strict as the architecture there.

    Attributes:
        LATE_WITHDRAWAL: what was withdrawn, disabled, routed away or made less urgent after it was
            loaded may be seen as it was.
        LATE_ARRIVAL: what has become deliverable after a vCPU began to load is seen when it loads
            next; until then less urgent ones, or none, may be acknowledged.
        OVERFLOW: there are only so many list registers: when one of them was acknowledged there may
            be nothing more until the vCPU loads again.
        COUNTED_APART: an edge that comes while one is loaded may be taken with that, as by a GIC,
            or comes once more, since the host keeps it beside.
        COMES_BACK: what is loaded is pending again when it is folded back, though its pending state
            was cleared meanwhile (B17).
        STAYS_WITH_HANDLER: what is active is loaded where it is handled, and its pending state with
            it, were it routed away or disabled meanwhile: when its handler ends it comes there.
        ACTIVE_LEVEL: a level that software pends while it is active may be pending after that, or
            not, and may be read to be while it is active: the host has one latch for what is in a
            list register and what comes then (Q5).
        LEFT_UNLISTED: what was pending while the distributor was off, or when its trigger was
            written, comes when somebody touches it: it may be on no list, and nobody looks through
            all there are (Q12, Q15).
        UNANNOUNCED: where interrupts go, and how urgent they are, is written without a word to the
            vCPUs, so that they may find out when they leave their guests by themselves (Q3).
    """

    LATE_WITHDRAWAL = auto()
    LATE_ARRIVAL = auto()
    OVERFLOW = auto()
    COUNTED_APART = auto()
    COMES_BACK = auto()
    STAYS_WITH_HANDLER = auto()
    ACTIVE_LEVEL = auto()
    LEFT_UNLISTED = auto()
    UNANNOUNCED = auto()


ALL = ~Allowances(0)
"""What is allowed unless a test narrows it."""
