# SPDX-License-Identifier: GPL-2.0-only
"""The state of a machine in words: the one place that knows what each kind of object looks like.

A kind that stands in no table here is shown all the same, by the names of its fields.
"""

from collections.abc import Callable
from enum import Enum
from typing import Any

from harness.schedule import Change, Fields, Thing
from vgic.data import (
    KVM_REQ_IRQ_PENDING,
    KVM_REQ_SLEEP,
    KVM_REQ_VGIC_PROCESS_UPDATE,
    TIF_NEED_RESCHED,
    TIF_SIGPENDING,
    Mode,
)
from vgic.state import Links, Lr, rows_of

_REQUESTS = {
    KVM_REQ_IRQ_PENDING: "IRQ_PENDING",
    KVM_REQ_SLEEP: "SLEEP",
    KVM_REQ_VGIC_PROCESS_UPDATE: "VGIC_PROCESS_UPDATE",
    TIF_SIGPENDING: "SIGPENDING",
    TIF_NEED_RESCHED: "NEED_RESCHED",
}

_NOTHING = {"", "0", "empty", "free", "none", "nothing"}
"""What a field says that has nothing in it."""


def fields_in_words(fields: Fields) -> dict[str, str]:
    """Return an object's fields in words, by what each is called; "" if the object is just that.

    A field without a value, such as the line level of an edge-triggered interrupt, is left out.
    """
    return {
        field_name(name): value_in_words(name, value)
        for name, value in fields._asdict().items()
        if value is not None or name in _WITHOUT
    }


def object_in_words(thing: Thing, fields: Fields) -> str:
    """Return an object and its fields as one line."""
    words = fields_in_words(fields).items()
    return (
        f"{thing.name}: {' '.join(f'{name}={value}' if name else value for name, value in words)}"
    )


def has_nothing(fields: Fields) -> bool:
    """Tell whether an object is empty, free or zero in all of its fields."""
    return set(fields_in_words(fields).values()) <= _NOTHING


def field_name(name: str) -> str:
    """Return what a field is called; "" if it is all that there is of its object."""
    return _NAMES.get(name, name)


def value_in_words(name: str, value: object) -> str:
    """Return the value of a field in words."""
    if value is None:
        return _WITHOUT.get(name, "")
    return _VALUES.get(name, _plain)(value)


def change_in_words(change: Change) -> str:
    """Return what has changed, and to what."""
    return f"{changed_name(change)} = {value_in_words(change.field, change.new)}"


def changed_name(change: Change) -> str:
    """Return the name of what has changed: an object, or a field of it."""
    return f"{change.thing.name} {field_name(change.field)}".rstrip()


def _plain(value: object) -> str:
    if isinstance(value, Enum):
        return value.name.lower().replace("_", " ")
    return str(int(value)) if isinstance(value, bool) else str(value)


def _word(value: object) -> str:
    """Say what is in a shared word: of a row each, with colons in what belongs together."""
    if type(value) is not tuple:
        return _plain(value)
    return " ".join(":".join(map(_plain, row)) for row in rows_of(value)) or "nothing"


def _mode(mode: Mode) -> str:
    return mode.name


def _requests(bits: int) -> str:
    numbers = [number for number in range(bits.bit_length()) if bits >> number & 1]
    return " ".join(_REQUESTS.get(number, f"request {number}") for number in numbers) or "none"


def _links(links: Links) -> str:
    words = [*map(str, links.entries)]
    if links.astray:
        words.append(f"then {links.astray}!")
    if links.endless:
        words.append("without end!")
    return " ".join(words) or "empty"


def _registers(registers: tuple[Lr, ...]) -> str:
    return " ".join(map(_register, registers)) or "empty"


def _register(lr: Lr) -> str:
    state = f"{lr.intid}:{'P' * lr.pending}{'A' * lr.active}"
    return state if lr.source is None else f"{state} from {lr.source}"


_REASONS = {
    "EOI": "an ended level",
    "U": "underflow",
    "LRENP": "EOIcount",
    "NP": "nothing pending",
    "VGrp0E": "group 0 enabled",
    "VGrp0D": "group 0 disabled",
    "VGrp1E": "group 1 enabled",
    "VGrp1D": "group 1 disabled",
}
"""What the bits of ICH_MISR mean."""


def _reasons(bits: tuple[str, ...]) -> str:
    return " and ".join(_REASONS[bit] for bit in bits) or "none"


_NAMES = {
    **dict.fromkeys(
        ("mode", "value", "bits", "pending", "holder", "links", "registers", "reasons"), ""
    ),
    "eoicount": "EOIcount",
}
"""What fields are called that do not go by their own names."""

_WITHOUT = {"holder": "free", "vcpu": "none", "target_vcpu": "none"}
"""What fields say that have no value, and say so."""

_VALUES: dict[str, Callable[[Any], str]] = {
    "value": _word,
    "mode": _mode,
    "bits": _requests,
    "pending": lambda pending: "pending" if pending else "none",
    "holder": lambda role: f"held by {role}",
    "links": _links,
    "registers": _registers,
    "reasons": _reasons,
    "enables": lambda names: "+".join(names) or "nothing",
    "handles": lambda intids: " ".join(map(str, intids)) or "nothing",
    "priority": lambda priority: f"{priority:#04x}",
    "sources": lambda vcpus: " ".join(map(str, vcpus)) or "none",
}
"""How the values of fields are said."""
