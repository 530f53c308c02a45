# SPDX-License-Identifier: GPL-2.0-only
"""Counters: what is read and then written can have changed in between."""

from collections.abc import Callable
from contextlib import nullcontext

from harness import Atomic, Cell, LockOrder, Scheduler, SpinLock
from tests.programs.example import Finish, wrong

THREADS = ("t0", "t1", "t2")


def _count(scheduler: Scheduler, rounds: int, locked: Callable[[int], bool]) -> None:
    """Let three threads count so many rounds each, some of them under a lock."""
    order = LockOrder(scheduler)
    lock = SpinLock(order, order.lock_class("lock"), "0")
    counter = Cell(scheduler, "counter", "0", 0)

    def check() -> None:
        if counter.read() != rounds * len(THREADS):
            wrong(scheduler, "lost update", "the counter misses some of what was added")

    finish = Finish(scheduler, len(THREADS), check)

    def body() -> None:
        for index in range(rounds):
            with lock if locked(index) else nullcontext():
                counter.write(counter.read() + 1)
        finish.arrive()

    for role in THREADS:
        scheduler.thread(role, body)


def get_then_set(scheduler: Scheduler, *, fixed: bool) -> None:
    """Program a: nobody takes the lock; fixed it is program P0, ten rounds with it."""
    if fixed:
        _count(scheduler, 10, lambda index: True)
    else:
        _count(scheduler, 5, lambda index: False)


def one_round_unlocked(scheduler: Scheduler, *, fixed: bool) -> None:
    """Program a1: the lock is forgotten in the last of nine rounds."""
    _count(scheduler, 9, lambda index: fixed or index < 8)


def tickets(scheduler: Scheduler, *, fixed: bool) -> None:
    """Two customers draw the same ticket: the machine reads, then writes."""
    machine = Atomic(scheduler, "machine", "0")
    drawn = [Atomic(scheduler, "drawn", str(i)) for i in range(len(THREADS))]

    def draw() -> int:
        if fixed:
            return machine.fetch_add(1)
        ticket = machine.read()
        machine.set(ticket + 1)
        return ticket

    def customer() -> None:
        if drawn[draw()].fetch_add(1):
            wrong(scheduler, "same ticket", "two customers have one ticket")

    for role in THREADS:
        scheduler.thread(role, customer)


def reference_revived(scheduler: Scheduler, *, fixed: bool) -> None:
    """A reference is taken after the count was seen above zero, and after it fell to zero."""
    count, freed = Cell(scheduler, "count", "0", 1), Cell(scheduler, "freed", "0", False)

    def add(amount: int, *, unless_zero: bool) -> int:
        """Add to the count and return what it was."""
        seen = count.read()
        while seen or not unless_zero:
            met = count.cmpxchg(seen, seen + amount)
            if met == seen:
                break
            seen = met
        return seen

    def get() -> bool:
        if fixed:
            return add(1, unless_zero=True) > 0
        alive = count.read() > 0
        if alive:
            add(1, unless_zero=False)
        return alive

    def put() -> None:
        if add(-1, unless_zero=False) == 1:
            freed.write(True)

    def user() -> None:
        if get():
            if freed.read():
                wrong(scheduler, "use after free", "the object was freed while it was looked up")
            put()

    scheduler.thread("owner", put)
    scheduler.thread("user", user)
