# SPDX-License-Identifier: GPL-2.0-only
"""The words of programs and logs, and the rig's limits: the contract of sources/proto.h in Python.

A word is `op | intid << 8 | value << 18`; of an op that has a number it is `op | number << 8`.
"""

from enum import IntEnum
from typing import NamedTuple

MAGIC = 0x35534756
"""What the file of plays begins with."""

ALONE = 1
"""The flag of a file: each of its plays is on the console before it begins."""

SLOW = 1
HAS_GROUP_0 = 2
"""Flags of a play: the host's maintenance interrupt is masked while its programs run; some of its
interrupts are of group 0, or may come to be."""

VCPUS_MAX = 4
DEVICES_MAX = 2
INTIDS = 128
CELLS = 64
PROGRAM_MAX = 8_191
"""Instructions of a guest."""
PULSES_MAX = 4_096
"""Pulses of a device."""
TURNS_MAX = 1_000_000
ROUNDS_MAX = 1_000_000
VALUE_MAX = (1 << 14) - 1


class Op(IntEnum):
    """What a word is about, by its lowest byte."""

    STOP = 0
    ACKNOWLEDGE = 1
    END = 2
    END_AGAIN = 3
    WORK = 4
    EXIT = 5
    PEND = 6
    UNPEND = 7
    ENABLE = 8
    DISABLE = 9
    ROUTE = 10
    SGI = 11
    RAISE = 12
    LOWER = 13
    QUIESCE = 14
    PENDING = 15
    ACTIVE = 16
    PRIORITY = 17
    SIGNAL = 18
    AWAIT = 19
    LINGER = 20
    EXITS = 21
    IDLE = 22
    EXITED = 23
    FINAL = 24
    MASK = 25
    ENABLE_GROUP = 26
    DISABLE_GROUP = 27
    BINARY_POINT_0 = 28
    BINARY_POINT_1 = 29
    COMMON_BINARY_POINT = 30
    EOI_MODE = 31
    DIR = 32
    HAND_OVER = 33
    TAKE_OVER = 34
    DROP = 35
    DISTRIBUTOR = 36
    GROUP = 37
    SGI_LIST = 38
    SGI_OTHERS = 39
    ACTIVATE = 40
    DEACTIVATE = 41


NAMES = {op: op.name.lower().replace("_", " ") for op in Op}
"""What programs and traces call them."""

PHASES = (Op.IDLE, Op.EXITED)
"""Those with which a guest says that a phase of its round is over."""

SET = frozenset(range(Op.MASK, Op.EOI_MODE + 1))
"""What a guest sets on its own CPU interface."""

NUMBERED = frozenset({Op.SIGNAL, Op.AWAIT, Op.LINGER})
"""Those that have a number in place of an INTID and a value, in logs, too."""

IRQ_LEVEL = 1 << 16
IRQ_GROUP_0 = 1 << 17
IRQ_RESAMPLED = 1 << 18
"""What is said of an interrupt beside its INTID."""


class Word(NamedTuple):
    """A word, taken apart.

    Attributes:
        op: what it is about.
        intid: an INTID, or a number.
        value: what was read or written, 0 if nothing was.
    """

    op: Op
    intid: int = 0
    value: int = 0

    def packed(self) -> int:
        """Return the word as it is on the wire."""
        return self.op | self.intid << 8 | self.value << 18


def unpacked(packed: int) -> Word | None:
    """Take a word of 32 bits apart; None if it is about nothing that there is."""
    try:
        op = Op(packed & 0xFF)
    except ValueError:
        return None
    if op in NUMBERED:
        return Word(op, packed >> 8)
    return Word(op, packed >> 8 & 0x3FF, packed >> 18)
