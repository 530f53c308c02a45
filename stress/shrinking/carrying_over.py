# SPDX-License-Identifier: GPL-2.0-only
"""How a schedule is carried over to a smaller program: by what its deviations look like.

A deviation keeps its look, the function and kind of operation before which control passes, for
ever: that is what makes it the same race. Only which one of its like it is may change, since
there are fewer of them in a smaller program.
"""

from collections.abc import Iterator, Sequence

from harness import Deviation
from stress.shrinking.leaving_out import Smaller

_FEWER = (1, 2, 3)
"""By how many operations of a look a smaller program is tried to have fewer."""

_MOVED_MAX = 6
"""A schedule of more deviations than this is carried over as it stands only."""


def renamed(deviations: Sequence[Deviation], smaller: Smaller) -> tuple[Deviation, ...]:
    """Return a schedule for the threads of a smaller program.

    Of a thread that is gone the deviations are gone too; who gave way to it gives way to where
    it would have led.
    """
    named = []
    for place, deviation in enumerate(deviations):
        role = smaller.roles.get(deviation.role, deviation.role)
        to = _led_to(deviation.to, deviations[place + 1 :], smaller)
        if role is not None and to is not None and role != to:
            named.append(deviation._replace(role=role, to=to))
    return tuple(named)


def _led_to(name: str, later: Sequence[Deviation], smaller: Smaller) -> str | None:
    """Return a thread's new name; if it is gone, that of the first one left that it led to."""
    named = smaller.roles.get(name, name)
    if named is not None:
        return named
    for deviation in later:
        if deviation.role == name:
            named = smaller.roles.get(deviation.to, deviation.to)
            if named is not None:
                return named
            name = deviation.to
    return smaller.heir


def moved(deviations: tuple[Deviation, ...]) -> Iterator[tuple[Deviation, ...]]:
    """Yield the schedule as it stands, then with its later part earlier among its like."""
    yield deviations
    if len(deviations) > _MOVED_MAX:
        return
    for role in sorted({deviation.role for deviation in deviations}):
        places = [i for i, deviation in enumerate(deviations) if deviation.role == role]
        for first in range(len(places)):
            for fewer in _FEWER:
                schedule = _earlier(deviations, places[first:], fewer)
                if schedule is not None:
                    yield schedule


def _earlier(
    deviations: tuple[Deviation, ...], places: Sequence[int], fewer: int
) -> tuple[Deviation, ...] | None:
    schedule = list(deviations)
    for place in places:
        label = schedule[place].label
        if label is None or label.nth <= fewer:
            return None
        schedule[place] = schedule[place]._replace(label=label._replace(nth=label.nth - fewer))
    return tuple(schedule)
