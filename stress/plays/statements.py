# SPDX-License-Identifier: GPL-2.0-only
"""All lines that a script can have, and what an instruction's line means.

A line of a guest's program is one instruction; `is` and `are` say what it has to read.
"""

from typing import NamedTuple

from stress.plays.forms import Form
from vgic.accesses import (
    ACCESSES,
    ACTIVATE,
    DEACTIVATE,
    DISTRIBUTOR,
    EXITS,
    GROUP,
    PRIORITY,
    ROUTE,
    SGI,
    SGI_LIST,
    SGI_OTHERS,
    Access,
)
from vgic.data import (
    ACCESS,
    ACKNOWLEDGE,
    AWAIT,
    BINARY_POINT_0,
    BINARY_POINT_1,
    COMMON_BINARY_POINT,
    DIR,
    DISABLE_GROUP,
    ENABLE_GROUP,
    END,
    END_AGAIN,
    EOI_MODE,
    HAND_OVER,
    LINGER,
    MASK,
    SIGNAL,
    TAKE_OVER,
    WORK,
    Instruction,
    Pulse,
)

ROUNDS = Form("rounds ROUNDS")
REGISTERS = Form("list-registers REGISTERS")
RESAMPLED = "resampled"
INTERRUPT = Form(
    f"interrupt INTID TRIGGER priority PRIORITY [vcpu VCPU] [group GROUP] [{RESAMPLED}]"
)
VCPU = Form("vcpu VCPU")
DEVICE = Form("device DEVICE")
PULSES = {
    True: Form("raise INTID [vcpu VCPU] [after PAUSE]"),
    False: Form("lower INTID [vcpu VCPU] [after PAUSE]"),
}

_EXIT = "exit"
INSTRUCTIONS: dict[str, Form] = {
    ACKNOWLEDGE.name: Form("acknowledge [is SEEN]"),
    END.name: Form("end"),
    END_AGAIN.name: Form("end again"),
    WORK.name: Form("work"),
    _EXIT: Form("exit"),
    SIGNAL: Form("signal CELL"),
    AWAIT: Form("await CELL"),
    LINGER: Form("linger TURNS"),
    **{
        kind: Form(f"{kind} INTID")
        for kind in ("raise", "lower", "pend", "unpend", "enable", "disable")
    },
    "pending": Form("pending INTID [is BIT]"),
    "active": Form("active INTID [is BIT]"),
    ACTIVATE: Form("activate INTID vcpu VCPU"),
    DEACTIVATE: Form("deactivate INTID vcpu VCPU"),
    PRIORITY: Form("priority INTID PRIORITY"),
    ROUTE: Form("route INTID vcpu VCPU"),
    SGI: Form("sgi SGI vcpu VCPU"),
    SGI_LIST: Form("sgi list SGI TARGETS"),
    SGI_OTHERS: Form("sgi others SGI"),
    GROUP: Form("group INTID GROUP"),
    DISTRIBUTOR: Form("distributor SWITCH"),
    EXITS: Form("exits [are COUNT]"),
    MASK: Form("mask MASK"),
    ENABLE_GROUP: Form("enable group GROUP"),
    DISABLE_GROUP: Form("disable group GROUP"),
    BINARY_POINT_0: Form("binary point 0 POINT0"),
    BINARY_POINT_1: Form("binary point 1 POINT1"),
    COMMON_BINARY_POINT: Form("common binary point SWITCH"),
    EOI_MODE: Form("eoi mode MODE"),
    DIR: Form("dir WHICH"),
    HAND_OVER.name: Form("hand over"),
    TAKE_OVER.name: Form("take over"),
}
"""The form of each instruction by its name; that of an access by the name of its kind."""

READS = (ACKNOWLEDGE.name, "pending", "active", EXITS)
"""Which of them read something, so that a script can say what it has to be."""

_PLAIN = {each.name: each for each in (ACKNOWLEDGE, END, END_AGAIN, WORK, HAND_OVER, TAKE_OVER)}
_ABOUT = "INTID", "SGI"
_VALUES = "VCPU", "PRIORITY", "TARGETS", "GROUP", "SWITCH"
_NUMBERS = (
    *("CELL", "TURNS", "WHICH"),
    *("MASK", "GROUP", "POINT0", "POINT1", "SWITCH", "MODE"),
)
_SEEN = "SEEN", "BIT", "COUNT"


class Stated(NamedTuple):
    """An instruction, and what it has to read; None if that is all the same."""

    instruction: Instruction
    seen: int | None = None


def name_of(instruction: Instruction) -> str:
    """Return the name by which INSTRUCTIONS, and a trace, have an instruction."""
    if instruction.name != ACCESS:
        return instruction.name
    return _EXIT if instruction.access is None else instruction.access.kind


def meant(name: str, values: dict[str, int]) -> Stated:
    """Return what a line says.

    Args:
        name: the name of its instruction.
        values: what stands in the slots of its form.
    """

    def first(slots: tuple[str, ...]) -> int | None:
        return next((values[slot] for slot in slots if slot in values), None)

    seen = first(_SEEN)
    if name in _PLAIN:
        return Stated(_PLAIN[name], seen)
    if name == _EXIT:
        return Stated(Instruction(ACCESS))
    if name not in ACCESSES or not ACCESSES[name].in_programs:
        return Stated(Instruction(name, number=first(_NUMBERS) or 0))
    return Stated(Instruction(ACCESS, Access(name, first(_ABOUT) or 0, first(_VALUES) or 0)), seen)


def instruction_line(line: Stated) -> str:
    """Return an instruction, and what it has to read, as a line.

    Raises:
        ValueError: no line says that.
    """
    name = name_of(line.instruction)
    if name not in INSTRUCTIONS:
        raise ValueError(f"no script can say this play: there is no instruction `{name}`")
    form, access = INSTRUCTIONS[name], line.instruction.access
    values = dict.fromkeys(_NUMBERS, line.instruction.number)
    if access is not None:
        values |= dict.fromkeys(_ABOUT, access.intid) | dict.fromkeys(_VALUES, access.value)
    if line.seen is not None:
        values |= dict.fromkeys(_SEEN, line.seen)
    return form.written(values)


def pulse_of(values: dict[str, int], *, level: bool) -> Pulse:
    """Return the pulse that a line of a device says."""
    return Pulse(values["INTID"], level, values.get("PAUSE", 0), values.get("VCPU", 0))


def pulse_line(pulse: Pulse) -> str:
    """Return a pulse as a line; what is 0 anyway is left out."""
    values = {"INTID": pulse.intid}
    values |= {"VCPU": pulse.vcpu} if pulse.vcpu else {}
    values |= {"PAUSE": pulse.pause} if pulse.pause else {}
    return PULSES[pulse.level].written(values)
