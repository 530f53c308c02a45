# SPDX-License-Identifier: GPL-2.0-only
"""Which instruction of a program each event of its trace is of."""

from collections.abc import Sequence

from stress.traces import SPURIOUS, Event
from vgic.data import (
    ACKNOWLEDGE,
    DIR,
    END,
    EOI_MODE,
    HAND_OVER,
    LINGER,
    SETTINGS,
    TAKE_OVER,
    WORK,
    Instruction,
)

QUIESCE, DROP = "quiesce", "drop"
EVERYBODY = "all"
"""Who is said to have done what no single guest does: a phase is over, a state is the last."""

_SILENT = frozenset({WORK.name, LINGER, HAND_OVER.name, TAKE_OVER.name, *SETTINGS})


def positions(instructions: Sequence[Instruction], events: Sequence[Event]) -> list[int]:
    """Return for each event the position of its instruction.

    Args:
        instructions: the program of the only guest, which hands nothing over.
        events: what it did and saw, in order, with what concerns the whole machine.

    Returns:
        A position for each event; the length of the program for what the guest did after it and
        for what is nobody's.
    """
    found = []
    guest = _Guest()
    position = 0
    for event in events:
        if event.who == EVERYBODY:
            found.append(len(instructions))
            continue
        while position < len(instructions) and guest.is_silent(instructions[position]):
            guest.follow(instructions[position])
            position += 1
        found.append(position)
        if event.what == QUIESCE or position == len(instructions):
            continue
        position += 1
        guest.hear(event)
    return found


class _Guest:
    """What a guest has open, by what it was seen to do."""

    def __init__(self) -> None:
        self._handlers = self._dropped = 0
        self._drops_only = False

    def is_silent(self, instruction: Instruction) -> bool:
        """Tell whether an instruction leaves no event; to end or deactivate nothing does not."""
        if instruction == END:
            return not self._handlers
        if instruction.name == DIR:
            return not (self._drops_only and self._dropped)
        return instruction.name in _SILENT

    def follow(self, instruction: Instruction) -> None:
        """Note what an instruction sets that leaves no event."""
        if instruction.name == EOI_MODE and (instruction.number or not self._dropped):
            self._drops_only = bool(instruction.number)

    def hear(self, event: Event) -> None:
        """Note what an event opens or closes."""
        self._handlers += event.what == ACKNOWLEDGE.name and event.intid != SPURIOUS
        self._handlers -= event.what in (END.name, DROP)
        self._dropped += (event.what == DROP) - (event.what == DIR)
