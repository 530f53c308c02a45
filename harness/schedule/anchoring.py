# SPDX-License-Identifier: GPL-2.0-only
"""Re-anchoring: where a deviation belongs in a program that lacks the operation it stood before.

An edit may take out, or move into another function, the very operation before which a thread gave
way. Then the nearest operation of the same meaning has to do: one of the same thread, kind and
class of object, in the same function if there is any, and as near as can be to where it would have
come. Failing that any operation in the same function has to. What there is can be seen only in an
execution that goes as it should until there: one that follows the deviations before it and no more.
"""

from collections.abc import Sequence
from typing import NamedTuple

from harness.engine import Deviation, Label, Thread
from harness.schedule.replay import LenientReplay


class _Place(NamedTuple):
    """A place at which the schedule lets a thread go on."""

    n: int
    label: Label
    options: frozenset[str]


class Anchoring(LenientReplay):
    """Follows the beginning of a schedule and sees where its next deviation could stand."""

    def __init__(self, deviations: Sequence[Deviation]) -> None:
        """Prepare to follow the beginning of a schedule."""
        super().__init__(deviations)
        self._places: dict[str, list[_Place]] = {}

    def pick(self, step: int, me: Thread, options: Sequence[Thread]) -> int:
        """Take the recorded choice if it is one of the options."""
        before = len(self.placed)
        index = super().pick(step, me, options)
        if len(self.placed) > before:
            # What comes next in the schedule comes after this.
            self._places.clear()
        else:
            roles = frozenset(option.role for option in options)
            place = _Place(me.ops, self.stands_before, roles)
            self._places.setdefault(me.role, []).append(place)
        return index

    def nearest(self, deviation: Deviation) -> Deviation | None:
        """Return the schedule's next deviation where it could stand, None if it could nowhere."""
        label = deviation.label
        if label is None:
            return None
        expected = deviation.n + self._late(deviation.role)
        found = [
            (*_unlike(label, place.label), abs(place.n - expected), place)
            for place in self._places.get(deviation.role, ())
            if deviation.to in place.options and _is_of_like_meaning(label, place.label)
        ]
        if not found:
            return None
        place = min(found)[-1]
        return deviation._replace(n=place.n, label=place.label)

    def _late(self, role: str) -> int:
        """Return by how many operations a thread was late when it last gave way."""
        pairs = zip(reversed(self.placed), reversed(self.labelled), strict=True)
        return next((now.n - was.n for was, now in pairs if was.role == role), 0)


def _is_of_like_meaning(label: Label, other: Label) -> bool:
    return _is_alike(label, other) or (label.function == other.function != "")


def _is_alike(label: Label, other: Label) -> bool:
    return (label.kind, label.lock_class) == (other.kind, other.lock_class)


def _unlike(label: Label, other: Label) -> tuple[bool, bool]:
    return not _is_alike(label, other), label.function != other.function
