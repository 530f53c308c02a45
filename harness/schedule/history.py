# SPDX-License-Identifier: GPL-2.0-only
"""History: what the world looked like at every moment, kept as what changed from one to the next.

An execution has thousands of moments and the world hundreds of objects, of which each step changes
a few. So a moment is a number, and an object has a line of its own through time; what a history
takes is proportional to what happened, not to how much there is for how long.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol


class Fields(Protocol):
    """An object's fields at one moment: a named tuple, of a class for each kind of object."""

    def _asdict(self) -> dict[str, Any]: ...


class Thing(NamedTuple):
    """An object of the world.

    Attributes:
        kind: the class of its fields, which says what kind of thing it is.
        name: what operations and reports call it.
    """

    kind: type
    name: str


State = Mapping[Thing, Fields]
"""Objects and their fields."""


@dataclass(frozen=True, slots=True)
class Change:
    """A field of an object that is not what it was before an event.

    Attributes:
        thing: the object.
        field: the field's name.
        old: its value before; None if there was none.
        new: its value after; None if it has none any more.
    """

    thing: Thing
    field: str
    old: object
    new: object


@dataclass(slots=True)
class _Line:
    """One object through time: since which moments it has been as it is."""

    since: list[int] = field(default_factory=list)
    fields: list[Fields] = field(default_factory=list)

    def at(self, moment: int) -> Fields | None:
        place = bisect_right(self.since, moment)
        return self.fields[place - 1] if place else None


class History:
    """The moments of an execution so far."""

    def __init__(self) -> None:
        self.lines: dict[Thing, _Line] = {}
        self.changed: list[tuple[Thing, ...]] = []

    def add(self, changed: State) -> "Moment":
        """Add a moment.

        Args:
            changed: the objects that are not as they were at the moment before, or are new.
        """
        number = len(self.changed)
        self.changed.append(tuple(changed))
        for thing, fields in changed.items():
            line = self.lines.setdefault(thing, _Line())
            line.since.append(number)
            line.fields.append(fields)
        return Moment(self, number)


class Moment(State):
    """What the world looked like at one moment: the objects there were, in the order they came."""

    __slots__ = ("_history", "_number")

    def __init__(self, history: History, number: int) -> None:
        self._history = history
        self._number = number

    def __getitem__(self, thing: Thing) -> Fields:
        """Return an object's fields."""
        fields = self._history.lines[thing].at(self._number)
        if fields is None:
            raise KeyError(thing)
        return fields

    def __iter__(self) -> Iterator[Thing]:
        """Yield the objects there are."""
        for thing, line in self._history.lines.items():
            if line.since[0] <= self._number:
                yield thing

    def __len__(self) -> int:
        """Return how many objects there are."""
        return sum(1 for _ in self)

    def until(self, after: "Moment") -> Iterator[Change]:
        """Yield what differs at a later moment, object by object in the order they changed."""
        between = self._history.changed[self._number + 1 : after._number + 1]
        for thing in dict.fromkeys(thing for things in between for thing in things):
            new = after[thing]._asdict()
            old = self[thing]._asdict() if thing in self else {}
            for name, value in new.items():
                before = old.get(name)
                if before != value:
                    yield Change(thing, name, before, value)
