# SPDX-License-Identifier: GPL-2.0-only
"""Simpler schedules: one way after another to fail with less to understand.

Who shrinks holds the simplest failing execution so far, and tries what is proposed here: fewer
deviations, one thread giving way directly to where a third would have led, a preemption that only
comes when its thread cannot go on. A deviation keeps the operation and the function it stands
before, so that one race does not turn into another with the same symptom.
"""

from collections.abc import Callable, Iterator
from itertools import combinations, islice
from typing import Protocol

from harness.engine import Deviation, Label

Schedule = tuple[Deviation, ...]

_PAIRS_MAX = 8
"""Of a schedule of no more deviations than this every two are left out together."""

_BEGIN = Deviation("start", 0, "", Label("start", "", "", 1))


class Shrinkable(Protocol):
    """The simplest failing execution so far."""

    @property
    def schedule(self) -> Schedule:
        """Its deviations."""

    @property
    def preemptions(self) -> Schedule:
        """Those of them at which the thread could have gone on."""

    def consider(self, schedule: Schedule, *, patient: Deviation | None = None) -> bool:
        """Try a schedule; it is the simplest from now on if it fails alike and is simpler.

        Args:
            schedule: it is followed as far as its deviations find a place.
            patient: one of them that waits until its thread cannot go on.
        """


def simplify(simplest: Shrinkable) -> None:
    """Try every simpler schedule once; to be repeated until nothing changes."""
    _fewer_deviations(simplest)
    _shorter_ways(simplest)
    _fewer_preemptions(simplest)


def _fewer_deviations(simplest: Shrinkable) -> None:
    def without(begin: int, end: int) -> bool:
        schedule = simplest.schedule
        return simplest.consider(schedule[:begin] + schedule[end:])

    drop_runs(lambda: len(simplest.schedule), without)
    while any(simplest.consider(each) for each in _without_two(simplest.schedule)):
        pass


def _without_two(schedule: Schedule) -> Iterator[Schedule]:
    """Yield a short schedule without any two choices: one may only undo the other."""
    if len(schedule) <= _PAIRS_MAX:
        for gone in combinations(schedule, 2):
            yield tuple(each for each in schedule if each not in gone)


def _shorter_ways(simplest: Shrinkable) -> None:
    """Where control passes on by way of a third thread, leave that one out."""
    failed = 0
    while (way := next(islice(shorter(simplest.schedule), failed, None), None)) is not None:
        if not simplest.consider(way):
            failed += 1


def _fewer_preemptions(simplest: Shrinkable) -> None:
    """Let a thread go on until it cannot, or the other one go first, instead of preempting."""
    failed = 0
    while failed < len(simplest.preemptions):
        schedule, preemption = simplest.schedule, simplest.preemptions[failed]
        others = tuple(each for each in schedule if each is not preemption)
        if not (
            simplest.consider(schedule, patient=preemption)
            or simplest.consider(first(preemption.to, others))
        ):
            failed += 1


def shorter(schedule: Schedule) -> Iterator[Schedule]:
    """Yield schedules in which one thread gives way to where a third one would have led."""
    for place, deviation in enumerate(schedule):
        for later in range(place + 1, len(schedule)):
            if schedule[later].role == deviation.to:
                direct = deviation._replace(to=schedule[later].to)
                if direct.to != direct.role:
                    yield (
                        *schedule[:place],
                        direct,
                        *schedule[place + 1 : later],
                        *schedule[later + 1 :],
                    )
                break


def first(role: str, schedule: Schedule) -> Schedule:
    """Return the schedule with this thread going first."""
    others = [deviation for deviation in schedule if deviation.role != _BEGIN.role]
    return (_BEGIN._replace(to=role), *others)


def drop_runs(length: Callable[[], int], drop: Callable[[int, int], bool]) -> None:
    """Drop runs of a sequence, long ones first, as far as that works.

    Args:
        length: says how long the sequence is now.
        drop: drops from one position up to another, or answers False and leaves all as it is.
    """
    size = length()
    while size:
        begin = 0
        while begin < length():
            if not drop(begin, begin + size):
                begin += size
        size //= 2
