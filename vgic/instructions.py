# SPDX-License-Identifier: GPL-2.0-only
"""Instructions and accesses as JSON values, both ways; read back, everything is checked."""

from vgic.accesses import ACCESSES, Access
from vgic.data import (
    ACCESS,
    ACKNOWLEDGE,
    AWAIT,
    DIR,
    DROPPED_MAX,
    END,
    END_AGAIN,
    HAND_OVER,
    LINGER,
    NR_CELLS,
    SETTINGS,
    SIGNAL,
    TAKE_OVER,
    WAIT,
    WORK,
    Instruction,
    setting,
)

LINGER_MAX = 1_000_000
"""How many turns a guest lingers for at most."""

_PLAIN = {
    each.name: each for each in (ACKNOWLEDGE, END, END_AGAIN, WORK, WAIT, HAND_OVER, TAKE_OVER)
}
_NUMBERED = {
    SIGNAL: ("a cell", 0, NR_CELLS - 1),
    AWAIT: ("a cell", 0, NR_CELLS - 1),
    LINGER: ("turns", 1, LINGER_MAX),
    DIR: ("which one", 0, DROPPED_MAX - 1),
    **{name: each[:3] for name, each in SETTINGS.items()},
}
"""What the number of an instruction is, and from what to what."""
_NAME_AND_NUMBER = 2


class BadParameters(ValueError):
    """The values do not describe a machine; the message says which and why."""


def instruction_values(instruction: Instruction) -> object:
    """Return an instruction as JSON values.

    That is its name; its name and number; or kind, INTID and value of its access, [] for none.
    """
    if instruction.name in _NUMBERED:
        return [instruction.name, instruction.number]
    if instruction.name != ACCESS:
        return instruction.name
    access = instruction.access
    return [] if access is None else [access.kind, access.intid, access.value]


def instruction_of(value: object, nr_vcpus: int) -> Instruction:
    """Read what instruction_values returned.

    Args:
        value: what it returned.
        nr_vcpus: how many vCPUs there are.

    Raises:
        BadParameters: it is no instruction.
    """
    if isinstance(value, list) and len(value) == _NAME_AND_NUMBER:
        return _numbered(*value)
    if isinstance(value, list):
        return Instruction(ACCESS, access_of(value, nr_vcpus) if value else None)
    if not isinstance(value, str) or value not in _PLAIN:
        known = ", ".join(_PLAIN)
        raise BadParameters(f"an instruction is an access or one of {known}, not {value!r:.40}")
    return _PLAIN[value]


def _numbered(name: object, number: object) -> Instruction:
    if not isinstance(name, str) or name not in _NUMBERED:
        known = ", ".join(_NUMBERED)
        raise BadParameters(f"an instruction with a number is one of {known}, not {name!r:.40}")
    number = integer_of(number, *_NUMBERED[name])
    if name not in SETTINGS:
        return Instruction(name, number=number)
    try:
        return setting(name, number)
    except ValueError as error:
        raise BadParameters(str(error)) from error


def access_of(value: object, nr_vcpus: int) -> Access:
    """Read an access: its kind, an INTID and a value.

    Raises:
        BadParameters: it is no access that a program can have.
    """
    kind, intid, written = list_of(value, "an access", 3, 3)
    known = [each.name for each in ACCESSES.values() if each.in_programs]
    if not isinstance(kind, str) or kind not in known:
        raise BadParameters(f"an access is one of {', '.join(known)}, not {kind!r:.40}")
    intid = integer_of(intid, "an INTID", *ACCESSES[kind].intids)
    if ACCESSES[kind].names_vcpu:
        return Access(kind, intid, integer_of(written, "a target", 0, nr_vcpus - 1))
    values = ACCESSES[kind].values
    written = integer_of(written, "a value", min(values), max(values))
    if written not in values:
        raise BadParameters(f"a priority is a multiple of 8, not {written}")
    return Access(kind, intid, written)


def list_of(value: object, name: str, low: int, high: int) -> list[object]:
    """Return a value that has to be a list of so many entries.

    Raises:
        BadParameters: it is none.
    """
    if not isinstance(value, list) or not low <= len(value) <= high:
        raise BadParameters(f"{name} must be a list of {low} to {high} entries")
    return value


def integer_of(value: object, name: str, low: int, high: int) -> int:
    """Return a value that has to be an integer in this range.

    Raises:
        BadParameters: it is none.
    """
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise BadParameters(f"{name} must be an integer from {low} to {high}")
    return value
