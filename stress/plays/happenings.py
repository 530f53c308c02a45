# SPDX-License-Identifier: GPL-2.0-only
"""What is known of the order of a trace's events: of each, how many of whose come before it.

The events of one thread are in their order. A guest that has found a cell set goes on after the
first signal that can have set it. When all idle, or have exited, everything is over that comes
before. Nothing else is promised: the place of an event in the text says nothing.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import NamedTuple

from stress.traces import Event, Trace
from vgic.data import AWAIT, SIGNAL

ALL, EXITED, FINAL = "all", "exited", "final"


class Happening(NamedTuple):
    """An event with what is known of its order.

    Attributes:
        place: its place in the trace, from 0.
        event: the event.
        thread: whose it is, by number; that of `all` is 0.
        before: how many events of each thread are over for certain when it happens.
    """

    place: int
    event: Event
    thread: int
    before: tuple[int, ...]


class Happenings:
    """The events of a trace, in an order in which they may have happened.

    Attributes:
        threads: the names of the threads, by number.
        all: the events.
    """

    def __init__(self, trace: Trace) -> None:
        """Find out what is known."""
        names = dict.fromkeys(event.who for event in trace.events if event.what != FINAL)
        self.threads = [ALL, *(name for name in names if name != ALL)]
        self._number = {name: number for number, name in enumerate(self.threads)}
        self._over = [0] * len(self.threads)
        self._known = [list(self._over) for _ in self.threads]
        self._first = _first_signals(trace)
        self._signals: dict[int, list[int]] = {}
        self.all = [self._next(place, event) for place, event in enumerate(trace.events)]

    def _next(self, place: int, event: Event) -> Happening:
        thread = self._number[ALL if event.what == FINAL else event.who]
        known = list(self._known[thread])
        if thread == 0:
            known = list(self._over)
        elif event.what == AWAIT and event.intid in self._signals:
            known = [max(each) for each in zip(known, self._signals[event.intid], strict=True)]
        happening = Happening(place, event, thread, tuple(known))
        known[thread] = self._over[thread] = self._over[thread] + 1
        if thread == 0:
            self._known = [list(known) for _ in self.threads]
        else:
            self._known[thread] = known
        if self._first.get(event.intid) == place:
            self._signals[event.intid] = known
        return happening


def _first_signals(trace: Trace) -> Mapping[int, int]:
    """Return the place of the first signal of each cell that a single thread sets."""
    setters: defaultdict[int, set[str]] = defaultdict(set)
    first: dict[int, int] = {}
    for place, event in enumerate(trace.events):
        if event.what == SIGNAL:
            setters[event.intid].add(event.who)
            first.setdefault(event.intid, place)
    return {cell: place for cell, place in first.items() if len(setters[cell]) == 1}
