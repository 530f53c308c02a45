# SPDX-License-Identifier: GPL-2.0-only
"""Locks, lists and shared words are found where they are, so that a new one is shown too.

Whatever a VM, a vCPU, an interrupt or a kernel has of these kinds in its fields is shown, by the
name that operations and reports print. A list is shown as its head leads through it, also where it
leads astray.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from enum import Enum
from functools import partial
from itertools import chain
from types import MemberDescriptorType
from typing import Any, NamedTuple

from harness import Atomic, Cell, Ipi, ListHead, Refcount, Requests, SpinLock
from harness.schedule import Fields, Thing
from vgic.data import Mode
from vgic.hardware import PhysicalInterrupt
from vgic.state.fields import (
    CellState,
    IpiState,
    Links,
    ListState,
    LockState,
    ModeState,
    PhysicalState,
    RequestsState,
    rows_of,
)

_WALKED_MAX = 100


class Shown(NamedTuple):
    """An object that is looked at.

    Attributes:
        thing: the object.
        value: returns what is compared: as little as tells its states apart.
        fields: makes its fields of that.
    """

    thing: Thing
    value: Callable[[], object]
    fields: Callable[[Any], Fields]


def primitives_of(*owners: object) -> Iterator[Shown]:
    """Yield the locks, lists and shared words of some objects: kind by kind, then by name."""
    values: list[Any] = [value for owner in owners for value in _values(owner)]
    for kinds, show in _KINDS.items():
        those = {value.name: value for value in values if isinstance(value, kinds)}
        for name in sorted(those):
            yield show(those[name])


def _values(owner: object) -> Iterator[Any]:
    """Yield the values of an object's own fields, and what lies in those that are containers."""
    for value in chain(_in_slots(owner), getattr(owner, "__dict__", {}).values()):
        if isinstance(value, dict):
            yield from value.values()
        elif isinstance(value, list | tuple):
            yield from value
        else:
            yield value


def _in_slots(owner: object) -> Iterator[Any]:
    """Yield what is in an object's slots, past what watches some of them for data races."""
    for cls in type(owner).__mro__:
        for name in vars(cls).get("__slots__", ()):
            slot = vars(cls).get(name)
            if isinstance(slot, MemberDescriptorType):
                with suppress(AttributeError):  # nothing is in it yet
                    yield slot.__get__(owner)


def _cell(cell: Cell[Any] | Atomic | Refcount) -> Shown:
    value = partial(getattr, cell, "value")
    if isinstance(cell.value, Mode):
        return Shown(Thing(ModeState, cell.name), value, ModeState)
    return Shown(Thing(CellState, cell.name), value, _cell_state)


def _cell_state(value: object) -> CellState:
    """Return a word's value, or a row of words; of what a patch keeps there else, the type."""
    words = chain.from_iterable(rows_of(value))
    is_said = all(word is None or isinstance(word, bool | int | str | Enum) for word in words)
    return CellState(value if is_said else type(value).__name__)


def _requests(requests: Requests) -> Shown:
    thing = Thing(RequestsState, requests.name)
    return Shown(thing, partial(getattr, requests, "bits"), RequestsState)


def _ipi(ipi: Ipi) -> Shown:
    return Shown(
        Thing(IpiState, ipi.name),
        partial(getattr, ipi, "shut"),
        lambda shut: IpiState(pending=not shut),
    )


def _physical(physical: PhysicalInterrupt) -> Shown:
    return Shown(
        Thing(PhysicalState, physical.name),
        lambda: (physical.line, physical.active),
        lambda values: PhysicalState(*values),
    )


def _lock(lock: SpinLock) -> Shown:
    return Shown(
        Thing(LockState, lock.name),
        partial(getattr, lock, "owner"),
        lambda owner: LockState(None if owner is None else str(owner)),
    )


def _list(head: ListHead[Any]) -> Shown:
    return Shown(Thing(ListState, head.name), partial(_links, head), ListState)


_KINDS: dict[tuple[type[Any], ...], Callable[[Any], Shown]] = {
    (Cell, Atomic, Refcount): _cell,
    (Requests,): _requests,
    (Ipi,): _ipi,
    (PhysicalInterrupt,): _physical,
    (SpinLock,): _lock,
    (ListHead,): _list,
}


def _links(head: ListHead[Any]) -> Links:
    """Walk a list as far as it leads; one whose population nobody has said, for a while."""
    entries: list[object] = []
    node, most = head.next, head.population or _WALKED_MAX
    while node is not head:
        if node.entry is None:
            return Links(tuple(entries), astray=node.name)
        if len(entries) == most:
            return Links(tuple(entries), endless=True)
        entries.append(getattr(node.entry, "intid", node.name))
        node = node.next
    return Links(tuple(entries))
