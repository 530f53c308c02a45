# SPDX-License-Identifier: GPL-2.0-only
"""Locks: taken in the wrong order, or not at all while something is decided."""

from collections.abc import Callable
from contextlib import nullcontext

from harness import Atomic, Cell, LockOrder, Scheduler, SpinLock
from tests.programs.example import wrong


def crosswise(scheduler: Scheduler, *, fixed: bool) -> None:
    """Program b: two locks taken both ways round behind four reads; a third thread idles by."""
    order = LockOrder(scheduler, checking=False)
    lock_class = order.lock_class("lock")
    one, two = (SpinLock(order, lock_class, str(i)) for i in range(2))

    def body_of(role: str, first: SpinLock, second: SpinLock) -> Callable[[], None]:
        own = Cell(scheduler, "own", role, 0)

        def body() -> None:
            for _ in range(4):
                own.read()
            with first, second:
                own.read()

        return body

    scheduler.thread("a", body_of("a", one, two))
    scheduler.thread("b", body_of("b", one, two) if fixed else body_of("b", two, one))
    idle = Cell(scheduler, "own", "c", 0)
    scheduler.thread("c", lambda: idle.write(idle.read()))


def philosophers(scheduler: Scheduler, *, fixed: bool) -> None:
    """Three philosophers each take the fork on their left first; fixed, the last one does not."""
    order = LockOrder(scheduler, checking=False)
    lock_class = order.lock_class("fork")
    forks = [SpinLock(order, lock_class, str(i)) for i in range(3)]

    def body_of(seat: int) -> Callable[[], None]:
        left, right = forks[seat], forks[(seat + 1) % 3]
        if fixed and seat == 2:
            left, right = right, left

        def dine() -> None:
            with left, right:
                pass

        return dine

    for seat in range(3):
        scheduler.thread(f"t{seat}", body_of(seat))


def readers_and_writer(scheduler: Scheduler, *, fixed: bool) -> None:
    """The writer looks whether anybody reads, and then begins; a reader looks the other way."""
    order = LockOrder(scheduler)
    lock = SpinLock(order, order.lock_class("lock"), "0")
    readers = Atomic(scheduler, "readers", "0")
    writing = Cell(scheduler, "writing", "0", False)
    halves = [Cell(scheduler, "half", str(i), 0) for i in range(2)]

    def write() -> None:
        with lock if fixed else nullcontext():
            may_write = readers.read() == 0
            if may_write:
                writing.write(True)
        if may_write:
            for half in halves:
                half.write(1)
            writing.write(False)

    def read() -> None:
        with lock if fixed else nullcontext():
            may_read = not writing.read()
            if may_read:
                readers.fetch_add(1)
        if may_read:
            if halves[0].read() != halves[1].read():
                wrong(scheduler, "torn read", "a reader saw half of what was written")
            readers.fetch_add(-1)

    scheduler.thread("writer", write)
    for role in ("r0", "r1"):
        scheduler.thread(role, read)


def checked_twice(scheduler: Scheduler, *, fixed: bool) -> None:
    """Double-checked initialisation: the pointer is published before what it points at."""
    order = LockOrder(scheduler)
    lock = SpinLock(order, order.lock_class("lock"), "0")
    pointer, field = Cell(scheduler, "pointer", "0", 0), Cell(scheduler, "field", "0", 0)

    def initialise() -> None:
        with lock:
            if pointer.read():
                return
            for cell in (field, pointer) if fixed else (pointer, field):
                cell.write(1)

    def body() -> None:
        if not pointer.read():
            initialise()
        if not field.read():
            wrong(scheduler, "uninitialised", "the pointer is there, what it points at is not")

    for role in ("t0", "t1"):
        scheduler.thread(role, body)
