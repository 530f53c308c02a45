# SPDX-License-Identifier: GPL-2.0-only
"""Which instruction of a program each event of its trace is of."""

from collections.abc import Sequence

from stress.traces import SPURIOUS, Event
from vgic.data import ACKNOWLEDGE, END, LINGER, WORK, Instruction

QUIESCE = "quiesce"
EVERYBODY = "all"
"""Who is said to have done what no single guest does: a phase is over, a state is the last."""

_SILENT = (WORK.name, LINGER)


def positions(instructions: Sequence[Instruction], events: Sequence[Event]) -> list[int]:
    """Return for each event the position of its instruction.

    Args:
        instructions: the program of the only guest.
        events: what it did and saw, in order, with what concerns the whole machine.

    Returns:
        A position for each event; the length of the program for what the guest did after it and
        for what is nobody's.
    """
    found = []
    position, handlers = 0, 0
    for event in events:
        if event.who == EVERYBODY:
            found.append(len(instructions))
            continue
        while position < len(instructions) and _is_silent(instructions[position], handlers):
            position += 1
        found.append(position)
        if event.what == QUIESCE or position == len(instructions):
            continue
        position += 1
        if event.what == ACKNOWLEDGE.name and event.intid != SPURIOUS:
            handlers += 1
        elif event.what == END.name:
            handlers -= 1
    return found


def _is_silent(instruction: Instruction, handlers: int) -> bool:
    """Tell whether an instruction leaves no event; to end nothing is work."""
    return instruction.name in _SILENT or (instruction == END and not handlers)
