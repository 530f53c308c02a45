# SPDX-License-Identifier: GPL-2.0-only
"""What puts one thing before another, for the check for data races: edges, and vector clocks.

It is what the kernel documents to order (memory-barriers.txt, atomic_t.txt, refcount-vs-atomic.rst,
RCU's requirements), and not how it comes about: a completion is a lock inside, and still two who
complete it are not ordered. READ_ONCE and WRITE_ONCE are marked and order nothing, nor does looking
whether a request is pending.
"""

from typing import NamedTuple

from harness.engine import Operation, Scheduler, Thread

RELINK = "relink"
VectorClock = list[int]


class Edge(NamedTuple):
    """What an operation on an object does to the clocks.

    Attributes:
        takes: its thread knows from now on what was given to the object.
        gives: it gives the object all that its thread knows.
    """

    takes: tuple[str, ...] = ()
    gives: tuple[str, ...] = ()


_IT = ("",)
_UPDATES = (" updates",)
"""RCU and SRCU have two sides: readers are ordered with updaters, and not with one another."""

EDGES = {
    "lock": Edge(takes=_IT),
    "unlock": Edge(gives=_IT),
    "swapped": Edge(takes=_IT, gives=_IT),
    "add": Edge(takes=_IT, gives=_IT),
    "acquire": Edge(takes=_IT),
    "release": Edge(gives=_IT),
    "request": Edge(gives=_IT),
    "send": Edge(gives=_IT),
    "assert": Edge(gives=_IT),
    "taken": Edge(takes=_IT),
    "idle": Edge(takes=_IT),
    "complete": Edge(gives=_IT),
    "wait_for": Edge(takes=_IT),
    "wake_up": Edge(gives=_IT),
    "sleep": Edge(takes=_IT),
    "dec": Edge(gives=_IT),
    "dec_and_test": Edge(gives=_IT),
    "last": Edge(takes=_IT),
    "read_lock": Edge(takes=_UPDATES),
    "read_unlock": Edge(gives=_IT),
    "synchronize": Edge(takes=_IT, gives=_UPDATES),
    "wait": Edge(takes=_IT),
    "call": Edge(gives=_UPDATES),
    "callback": Edge(takes=_IT + _UPDATES),
}
"""The operations that put one thing before another, by kind; all others are below."""

ORDERS_NOTHING = frozenset(
    {
        *("read", "write", "cmpxchg", "take", "inc", "inc_not_zero", "prepare_to_wait", "reinit"),
        *("relax", "list", RELINK, "change", "use", "free"),
        *("learn", "start", "exit", "everything"),
    }
)
"""Marked accesses, attempts as such, and what is checked by itself."""


class Clocks:
    """The vector clocks of one execution: what each thread knows of all threads."""

    def __init__(self, scheduler: Scheduler) -> None:
        self._scheduler = scheduler
        self._clocks: list[VectorClock] = []
        self._given: dict[str, VectorClock] = {}

    def of(self, thread: Thread) -> VectorClock:
        """Return the clock of a thread."""
        if not self._clocks:
            count = len(self._scheduler.threads)
            self._clocks = [[int(i == j) for j in range(count)] for i in range(count)]
        return self._clocks[thread.index]

    def does(self, operation: Operation) -> None:
        """The running thread does an operation: it takes and gives what goes with that."""
        me = self._scheduler.current
        edge = EDGES.get(operation.kind)
        if edge is None or not me.started:
            return
        clock, name, given = self.of(me), operation.name, self._given
        for side in edge.takes:
            if name + side in given:
                clock[:] = map(max, clock, given[name + side])
        for side in edge.gives:
            known = given.setdefault(name + side, clock.copy())
            known[:] = map(max, known, clock)
        if edge.gives:
            clock[me.index] += 1
