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
"""RCU, SRCU and readers-writer locks have two sides: readers are ordered with who updates, and not
with one another."""

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
    "spawn": Edge(gives=_IT),
    "start": Edge(takes=_IT),
    "exit": Edge(gives=_IT),
    "join": Edge(takes=_IT),
    "write_lock": Edge(takes=_IT + _UPDATES),
    "write_unlock": Edge(gives=_UPDATES),
    "up": Edge(gives=_IT),
    "down": Edge(takes=_IT),
    "set": Edge(gives=_IT),
    "wait_set": Edge(takes=_IT),
    "arrive": Edge(gives=_IT),
    "leave": Edge(takes=_IT),
    "abort": Edge(gives=_IT),
    "reset": Edge(gives=_IT),
    "mod_timer": Edge(gives=_IT),
    "fire": Edge(takes=_IT),
    "done": Edge(gives=_IT),
    "queue_work": Edge(gives=_IT),
    "run_work": Edge(takes=_IT),
}
"""The operations that put one thing before another, by kind; all others are below."""

ORDERS_NOTHING = frozenset(
    {
        *(
            "read",
            "write",
            "cmpxchg",
            "take",
            "inc",
            "inc_not_zero",
            "dec_not_one",
            "prepare_to_wait",
            "reinit",
        ),
        *("relax", "list", RELINK, "change", "use", "free"),
        *("trylock", "timed_wait", "clear", "del_timer"),
        *("next_work", "cancel_work", "found_shut"),
        *("learn", "everything"),
        *("plain_read", "plain_write"),
    }
)
"""Marked accesses, attempts as such, what is checked by itself, and what is no more than plain."""


class Clocks:
    """The vector clocks of one execution: what each thread knows of all threads."""

    def __init__(self, scheduler: Scheduler) -> None:
        self._scheduler = scheduler
        self._clocks: list[VectorClock] = []
        self._given: dict[str, VectorClock] = {}

    def of(self, thread: Thread) -> VectorClock:
        """Return the clock of a thread."""
        if thread.index >= len(self._clocks):
            self._make_room(len(self._scheduler.threads))
        return self._clocks[thread.index]

    def _make_room(self, count: int) -> None:
        """Give each thread a clock, also those that were started inside the execution."""
        before = len(self._clocks)
        for clock in (*self._clocks, *self._given.values()):
            clock += [0] * (count - before)
        self._clocks += [[int(i == j) for j in range(count)] for i in range(before, count)]

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
