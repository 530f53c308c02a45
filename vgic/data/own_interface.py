# SPDX-License-Identifier: GPL-2.0-only
"""What a guest does to its own CPU interface beside acknowledging and ending, as instructions.

Settings are written without an exit. DIR deactivates what an end has only dropped the priority of
(EOImode 1): one of the guest's own, in any order, or a shared interrupt that another vCPU has
acknowledged and handed over by way of the guests' memory.
"""

from typing import NamedTuple

from vgic.data.program import Instruction
from vgic.hardware import BPR_MAX, BPR_MIN, PRIORITY_MASK

MASK = "mask"
ENABLE_GROUP, DISABLE_GROUP = "enable group", "disable group"
BINARY_POINT_0, BINARY_POINT_1 = "binary point 0", "binary point 1"
COMMON_BINARY_POINT = "common binary point"
EOI_MODE = "eoi mode"
DIR = "dir"
HAND_OVER = Instruction("hand over")
TAKE_OVER = Instruction("take over")

DROPPED_MAX = 31
"""No guest has more priorities dropped and interrupts still active than it could open handlers."""


class Setting(NamedTuple):
    """What the number of an instruction on the guest's own CPU interface can be.

    Attributes:
        what: it in words.
        low: the least.
        high: the greatest.
        step: it is a multiple of this.
    """

    what: str
    low: int
    high: int
    step: int = 1


SETTINGS = {
    MASK: Setting("a priority mask", 0, PRIORITY_MASK, PRIORITY_MASK & -PRIORITY_MASK),
    ENABLE_GROUP: Setting("a group", 0, 1),
    DISABLE_GROUP: Setting("a group", 0, 1),
    BINARY_POINT_0: Setting("a binary point", BPR_MIN[0], BPR_MAX),
    BINARY_POINT_1: Setting("a binary point", BPR_MIN[1], BPR_MAX),
    COMMON_BINARY_POINT: Setting("0 or 1", 0, 1),
    EOI_MODE: Setting("an EOI mode", 0, 1),
}
"""What is written to ICC_PMR, ICC_IGRPEN, ICC_BPR and ICC_CTLR, by the instruction's name."""


def setting(name: str, number: int) -> Instruction:
    """Return the instruction that writes a setting.

    Raises:
        KeyError: there is no such setting.
        ValueError: it cannot have this number.
    """
    low, high, step = SETTINGS[name][1:]
    if not low <= number <= high or number % step:
        raise ValueError(f"{name} is {SETTINGS[name].what} from {low} to {high}, not {number}")
    return Instruction(name, number=number)


def dir_of(which: int = 0) -> Instruction:
    """Return the instruction that deactivates one of those whose priorities were dropped.

    Args:
        which: counted from the one that was dropped first, round and round.
    """
    return Instruction(DIR, number=which)
