# SPDX-License-Identifier: GPL-2.0-only
"""Do brute force and reduction agree on programs of these primitives that nobody thought of?"""

from collections.abc import Callable

from harness import (
    Barrier,
    BrokenBarrier,
    Cell,
    Completion,
    Event,
    Failure,
    JoinableThread,
    LockOrder,
    OsThreads,
    RwLock,
    Scheduler,
    Semaphore,
    SpinLock,
    Stream,
    Timer,
    WaitQueue,
    Work,
    WorkQueue,
    start_thread,
)
from tests.programs.agreeing import agree

Step = tuple[str, int, int]


class Shared:
    """One of each, and what can be done to them."""

    def __init__(self, scheduler: Scheduler, needed: set[str]) -> None:
        order = LockOrder(scheduler)
        self.scheduler = scheduler
        self.cells = [Cell(scheduler, "cell", str(number), 0) for number in range(2)]
        self.semaphores = [Semaphore(scheduler, str(number), number) for number in range(2)]
        self.event, self.barrier = Event(scheduler, "0"), Barrier(scheduler, "0", 2)
        self.lock = SpinLock(order, order.lock_class("lock"), "0")
        self.rwlock = RwLock(order, order.lock_class("rwlock"), "0")
        self.completion, self.queue = Completion(scheduler, "0"), WaitQueue(scheduler, "queue")
        if needed & {"mod_timer", "del_timer", "del_timer_sync"}:
            self.timer = Timer(scheduler, "0", lambda: self.cells[0].write(1))
        if needed & {"queue_work", "flush_work", "cancel_work", "cancel_work_sync"}:
            self.workqueue = WorkQueue(scheduler, "0")
            self.works = [Work(str(number), lambda: self.cells[1].write(2)) for number in range(2)]
        self.started: dict[str, JoinableThread] = {}

    def does(self, role: str, kind: str, which: int, value: int) -> None:
        """Do one thing; whether it was in vain is written down."""
        cell = self.cells[which]
        if kind in ("mod_timer", "del_timer", "del_timer_sync"):
            getattr(self.timer, kind)()
        elif kind in ("queue_work", "flush_work", "cancel_work", "cancel_work_sync"):
            getattr(self.workqueue, kind)(self.works[which])
        elif kind in ("up", "down"):
            getattr(self.semaphores[which], kind)()
        elif kind == "complete":
            self.completion.complete()
        elif kind == "wake_up":
            self.queue.wake_up()
        elif kind in ("set", "clear"):
            getattr(self.event, kind)()
        elif kind in ("abort", "reset"):
            getattr(self.barrier, kind)()
        elif kind in TRIED:
            if not TRIED[kind](self, which, value):
                cell.write(value)
        elif kind == "starts" and role not in self.started:
            body = lambda: cell.write(value)  # noqa: E731
            self.started[role] = start_thread(self.scheduler, f"child of {role}", body)
        elif kind == "joins" and role in self.started:
            self.started[role].join()
        elif kind == "bug" and cell.read() == value:
            self.scheduler.fail(Failure(f"bug {which} {value}", "the cell holds what it must not"))

    def meets(self, timeout: float | None) -> bool:
        """Wait at the barrier; return whether it was not broken."""
        try:
            self.barrier.wait(timeout)
        except BrokenBarrier:
            return False
        return True

    def reads(self, taken: bool | None) -> bool:
        """Read with the readers-writer lock held, if it is; take it where that is not known."""
        if taken is None:
            self.rwlock.read_lock()
        if taken is not False:
            self.cells[0].read()
            self.rwlock.read_unlock()
        return taken is not False

    def writes(self, taken: bool | None) -> bool:
        """Write with the readers-writer lock held."""
        if taken is None:
            self.rwlock.write_lock()
        if taken is not False:
            self.cells[0].write(2)
            self.rwlock.write_unlock()
        return taken is not False

    def locked(self, taken: bool | None) -> bool:
        """Write with the lock held."""
        if taken is None:
            self.lock.lock()
        if taken is not False:
            self.cells[0].write(1)
            self.lock.unlock()
        return taken is not False


TRIED: dict[str, Callable[[Shared, int, int], object]] = {
    "down_trylock": lambda shared, which, value: shared.semaphores[which].down_trylock(),
    "down_timeout": lambda shared, which, value: shared.semaphores[which].down_timeout(1.0),
    "waits": lambda shared, which, value: shared.event.wait(),
    "waits a while": lambda shared, which, value: shared.event.wait(1.0),
    "is set": lambda shared, which, value: shared.event.is_set(),
    "meets": lambda shared, which, value: shared.meets(None),
    "meets in time": lambda shared, which, value: shared.meets(1.0),
    "reads": lambda shared, which, value: shared.reads(taken=None),
    "writes": lambda shared, which, value: shared.writes(taken=None),
    "tries to read": lambda shared, which, value: shared.reads(shared.rwlock.read_trylock()),
    "tries to write": lambda shared, which, value: shared.writes(shared.rwlock.write_trylock()),
    "locks": lambda shared, which, value: shared.locked(taken=None),
    "tries to lock": lambda shared, which, value: shared.locked(shared.lock.trylock()),
    "is complete": lambda shared, which, value: shared.completion.wait(1.0),
    "sleeps": lambda shared, which, value: shared.queue.wait_event_timeout(
        lambda: shared.cells[which].read() == value, 1.0
    ),
}
"""What may be in vain."""

KINDS = (
    *TRIED,
    *("mod_timer", "del_timer", "del_timer_sync"),
    *("queue_work", "flush_work", "cancel_work", "cancel_work_sync"),
    *(
        "complete",
        "wake_up",
        "up",
        "down",
        "set",
        "clear",
        "abort",
        "reset",
        "starts",
        "joins",
        "bug",
        "bug",
    ),
)


def drawn(seed: int) -> Callable[[Scheduler], None]:
    """Draw a program of two threads that do two things and one, of a few kinds."""
    stream = Stream("together", seed)
    kinds = stream.choose_each(KINDS, 3)
    bodies: list[list[Step]] = [
        [(stream.choose(kinds), stream.pick(2), stream.pick(3)) for _ in range(2)] for _ in range(2)
    ]

    def program(scheduler: Scheduler) -> None:
        shared = Shared(scheduler, {kind for body in bodies for kind, _, _ in body})

        def body_of(role: str, steps: list[Step]) -> Callable[[], None]:
            def body() -> None:
                for step in steps:
                    shared.does(role, *step)

            return body

        for number, steps in enumerate(bodies):
            scheduler.thread(f"t{number}", body_of(f"t{number}", steps))

    return program


def test_they_agree(pinned: OsThreads) -> None:
    explored = [agree(drawn(seed), pinned, brute_max=80) for seed in range(40)]
    compared = [each for each in explored if each is not None]
    assert len(compared) > 8
    assert any(each.failures for each in compared)
    assert any(each.passed for each in compared)
