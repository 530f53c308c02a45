# SPDX-License-Identifier: GPL-2.0-only
"""Waits: woken too early, woken in another's place, or never."""

from harness import Cell, Ipi, LockOrder, Scheduler, SpinLock
from tests.programs.example import wrong


class Monitor:
    """A lock and places to wait at, as in a textbook; each thread brings an interrupt to wait by.

    Everything here is called with the lock held.
    """

    def __init__(self, scheduler: Scheduler) -> None:
        order = LockOrder(scheduler)
        self._scheduler = scheduler
        self.lock = SpinLock(order, order.lock_class("monitor"), "0")
        self._ipis: dict[str, Ipi] = {}

    def wait(self, queue: list[Ipi]) -> None:
        """Let go of the lock until somebody signals, and take it again."""
        role = self._scheduler.current.role
        mine = self._ipis.setdefault(role, Ipi(self._scheduler, role))
        queue.append(mine)
        self.lock.unlock()
        mine.wait()
        mine.take()
        self.lock.lock()

    def signal(self, queue: list[Ipi]) -> None:
        """Wake who has waited longest, if anybody does."""
        if queue:
            queue.pop(0).send()

    def broadcast(self, queue: list[Ipi]) -> None:
        """Wake everybody who waits."""
        while queue:
            self.signal(queue)


def stolen_item(scheduler: Scheduler, *, fixed: bool) -> None:
    """Bounded buffer: a woken consumer does not look again, and another was quicker."""
    monitor = Monitor(scheduler)
    items: list[int] = []
    not_empty: list[Ipi] = []
    not_full: list[Ipi] = []

    def consume() -> None:
        with monitor.lock:
            if not items:
                monitor.wait(not_empty)
            while fixed and not items:
                monitor.wait(not_empty)
            if not items:
                wrong(scheduler, "empty buffer", "an item is taken from an empty buffer")
            items.pop()
            monitor.signal(not_full)

    def produce() -> None:
        for item in range(2):
            with monitor.lock:
                while items:
                    monitor.wait(not_full)
                items.append(item)
                monitor.signal(not_empty)

    scheduler.thread("c0", consume)
    scheduler.thread("c1", consume)
    scheduler.thread("producer", produce)


def wrong_one_woken(scheduler: Scheduler, *, fixed: bool) -> None:
    """Bounded buffer: producers and consumers wait at one place, and only one is woken."""
    monitor = Monitor(scheduler)
    items: list[int] = []
    changed: list[Ipi] = []
    wake = monitor.broadcast if fixed else monitor.signal

    def consume() -> None:
        with monitor.lock:
            while not items:
                monitor.wait(changed)
            items.pop()
            wake(changed)

    def produce() -> None:
        with monitor.lock:
            while items:
                monitor.wait(changed)
            items.append(1)
            wake(changed)

    for number in range(2):
        scheduler.thread(f"p{number}", produce)
    for number in range(2):
        scheduler.thread(f"c{number}", consume)


def lost_wake_up(scheduler: Scheduler, *, fixed: bool) -> None:
    """The sleeper looks for work and then says that it sleeps; the waker came in between."""
    ipi = Ipi(scheduler, "sleeper")
    work, sleeps = Cell(scheduler, "work", "0", 0), Cell(scheduler, "sleeps", "0", False)

    def sleep() -> None:
        if fixed:
            sleeps.write(True)
        found = work.read()
        if not fixed:
            sleeps.write(True)
        if not found:
            ipi.wait()

    def wake() -> None:
        work.write(1)
        if sleeps.read():
            ipi.send()

    scheduler.thread("sleeper", sleep)
    scheduler.thread("waker", wake)
