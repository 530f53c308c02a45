# SPDX-License-Identifier: GPL-2.0-only
"""Who excludes whom, and which orders of a readers-writer lock could deadlock, as with lockdep?"""

from collections.abc import Callable
from functools import partial

import pytest

from harness import (
    Cell,
    Deviation,
    Execution,
    Failure,
    HostInterrupt,
    LockOrder,
    Mutex,
    OsThreads,
    Passed,
    RwLock,
    Scheduler,
    SpinLock,
    StrictReplay,
    cpu_relax,
    every_behaviour,
    local_irq_disable,
    local_irq_enable,
)
from tests.programs.agreeing import agree

Run = Callable[..., Execution]
FailureOf = Callable[..., Failure]
Body = Callable[[], object]


class Shelf:
    """A lock, a pair of words that belong together, and who reads and writes them."""

    def __init__(self, scheduler: Scheduler, *, checking: bool = True) -> None:
        self.scheduler = scheduler
        self.order = LockOrder(scheduler, checking=checking)
        self.lock = RwLock(self.order, self.order.lock_class("rw"), "0")
        other = self.order.lock_class("other", sleeps_on_rt=True)
        self.other = SpinLock(self.order, other, "0")
        self.words = [Cell(scheduler, "word", str(number), 0) for number in range(2)]

    def threads(self, **bodies: Body) -> None:
        for role, body in bodies.items():
            self.scheduler.thread(role, body)

    def read(self) -> None:
        self.lock.read_lock()
        if self.words[0].read() != self.words[1].read():
            self.scheduler.fail(Failure("torn read", "the words do not belong together"))
        self.lock.read_unlock()

    def write(self) -> None:
        self.lock.write_lock()
        for word in self.words:
            word.write(word.value + 1)
        self.lock.write_unlock()

    def write_as_a_reader(self) -> None:
        self.lock.read_lock()
        for word in self.words:
            word.write(word.value + 1)
        self.lock.read_unlock()

    def read_then_other(self) -> None:
        self.lock.read_lock()
        with self.other:
            pass
        self.lock.read_unlock()

    def other_then(self, take: Body, release: Body) -> None:
        with self.other:
            take()
            release()


def shared(scheduler: Scheduler, *, fixed: bool) -> None:
    shelf = Shelf(scheduler)
    shelf.threads(reader=shelf.read, writer=shelf.write if fixed else shelf.write_as_a_reader)


def test_a_writer_who_takes_it_as_a_reader_is_found_and_a_right_one_is_not(
    pinned: OsThreads,
) -> None:
    assert set(every_behaviour(partial(shared, fixed=False), pinned).failures) == {"torn read"}
    assert every_behaviour(partial(shared, fixed=True), pinned).passed


def readers_and_writer(scheduler: Scheduler) -> None:
    shelf = Shelf(scheduler)

    def reads() -> None:
        shelf.lock.read_lock()
        shelf.words[0].read()
        shelf.lock.read_unlock()

    def writes() -> None:
        shelf.lock.write_lock()
        shelf.words[0].write(1)
        shelf.lock.write_unlock()

    shelf.threads(r0=reads, w=writes, r1=reads)


def tries(scheduler: Scheduler) -> None:
    shelf = Shelf(scheduler)

    def reads() -> None:
        if shelf.lock.read_trylock():
            shelf.words[0].read()
            shelf.lock.read_unlock()

    def writes() -> None:
        if shelf.lock.write_trylock():
            shelf.words[0].write(1)
            shelf.lock.write_unlock()

    shelf.threads(reads=reads, writes=writes)


@pytest.mark.parametrize("program", [readers_and_writer, tries])
def test_brute_force_and_reduction_agree(
    pinned: OsThreads, program: Callable[[Scheduler], None]
) -> None:
    explored = agree(program, pinned)
    assert explored is not None
    assert explored.passed


def test_readers_are_inside_at_once_and_a_writer_is_alone(run: Run) -> None:
    seen = []

    def program(scheduler: Scheduler) -> None:
        lock = Shelf(scheduler).lock

        def body() -> None:
            lock.read_lock()
            seen.append(lock.write_trylock())
            lock.read_unlock()
            lock.write_lock()
            lock.assert_held()
            seen.append(lock.read_trylock())
            seen.append(lock.write_trylock())
            lock.write_unlock()
            seen.append(lock.read_trylock())
            seen.append(lock.read_trylock())
            lock.read_unlock()
            lock.read_unlock()

        scheduler.thread("t0", body)

    assert run(program).outcome == Passed()
    assert seen == [False, False, False, True, True]


# What could deadlock.


@pytest.mark.parametrize("writes", [True, False])
def test_a_second_section_in_the_first_is_a_deadlock_in_the_making(
    failure_of: FailureOf, writes: bool
) -> None:
    """A writer may come in between, and the second section waits behind it."""

    def program(scheduler: Scheduler) -> None:
        lock = Shelf(scheduler).lock

        def body() -> None:
            lock.read_lock()
            lock.write_lock() if writes else lock.read_lock()

        scheduler.thread("t0", body)

    failure = failure_of(program)
    assert failure.kind == "lock recursion"
    assert failure.lock_classes == ("rw" if writes else "rw/1",)


def test_where_only_real_deadlocks_count_a_second_section_is_none(
    run: Run, failure_of: FailureOf
) -> None:
    def program(scheduler: Scheduler, *, writes: bool) -> None:
        lock = Shelf(scheduler, checking=False).lock

        def body() -> None:
            lock.read_lock()
            lock.write_lock() if writes else lock.read_lock()
            for _ in range(2):
                lock.read_unlock()

        scheduler.thread("t0", body)

    assert run(partial(program, writes=False)).outcome == Passed()
    assert failure_of(partial(program, writes=True)).kind == "lock recursion"


@pytest.mark.parametrize("inner", ["read", "write"])
def test_read_sections_are_in_the_order_of_locks(failure_of: FailureOf, inner: str) -> None:
    def program(scheduler: Scheduler) -> None:
        shelf = Shelf(scheduler)
        take, release = (getattr(shelf.lock, f"{inner}_{end}") for end in ("lock", "unlock"))
        shelf.threads(one=shelf.read_then_other, two=partial(shelf.other_then, take, release))

    failure = failure_of(program)
    assert failure.kind == "lock order"
    assert set(failure.lock_classes) == {"rw/1", "other"}


def test_one_order_throughout_is_none_to_report(run: Run) -> None:
    def program(scheduler: Scheduler) -> None:
        shelf = Shelf(scheduler)
        shelf.threads(one=shelf.read_then_other, two=shelf.read_then_other, three=shelf.write)

    assert run(program).outcome == Passed()


def on_top(
    scheduler: Scheduler, *, handler_writes: bool, holder_writes: bool, off: bool = False
) -> None:
    """A handler takes the lock, and the thread below holds it, with interrupts on or off."""
    shelf = Shelf(scheduler)
    lock = shelf.lock

    def handler() -> None:
        if handler_writes:
            lock.write_lock()
            lock.write_unlock()
        else:
            lock.read_lock()
            lock.read_unlock()

    line = HostInterrupt(scheduler, "0", "t0", handler, threaded_on_rt=True)

    def body() -> None:
        line.assert_line()
        shelf.words[0].read()
        if off:
            local_irq_disable(scheduler)
        lock.write_lock() if holder_writes else lock.read_lock()
        line.assert_line()
        shelf.words[0].read()
        lock.write_unlock() if holder_writes else lock.read_unlock()
        if off:
            local_irq_enable(scheduler)

    scheduler.thread("t0", body)


def test_a_handler_may_read_on_top_of_a_reader(run: Run) -> None:
    assert run(partial(on_top, handler_writes=False, holder_writes=False)).outcome == Passed()


@pytest.mark.parametrize(("handler_writes", "holder_writes"), [(1, 0), (0, 1), (1, 1)])
def test_no_writer_may_meet_the_other_on_one_cpu(
    run: Run, failure_of: FailureOf, handler_writes: bool, holder_writes: bool
) -> None:
    program = partial(on_top, handler_writes=handler_writes, holder_writes=holder_writes)
    assert failure_of(program).kind == "lock irq inversion"
    assert run(partial(program, off=True)).outcome == Passed()


def test_a_reader_in_a_handler_does_not_queue_up_behind_a_writer(run: Run) -> None:
    """So what a reader holds it for may wait for what the handler holds: for readers only."""

    def program(scheduler: Scheduler, *, writes: bool) -> None:
        shelf = Shelf(scheduler)
        lock, other = shelf.lock, shelf.other

        def handler() -> None:
            with other:
                lock.read_lock()
                lock.read_unlock()

        line = HostInterrupt(scheduler, "0", "handled", handler, threaded_on_rt=True)

        def holds() -> None:
            local_irq_disable(scheduler)
            lock.write_lock() if writes else lock.read_lock()
            with other:
                pass
            lock.write_unlock() if writes else lock.read_unlock()
            local_irq_enable(scheduler)

        def handled() -> None:
            line.assert_line()
            shelf.words[0].read()

        shelf.threads(handled=handled, holds=holds)

    assert run(partial(program, writes=False)).outcome == Passed()
    assert "lock order" in str(run(partial(program, writes=True)).outcome)


def test_a_real_deadlock_names_who_holds_it_and_how(failure_of: FailureOf) -> None:
    def program(scheduler: Scheduler) -> None:
        shelf = Shelf(scheduler, checking=False)

        def reads() -> None:
            shelf.lock.read_lock()
            shelf.words[0].read()
            shelf.other.lock()

        def writes() -> None:
            shelf.other.lock()
            shelf.lock.write_lock()

        shelf.threads(reads=reads, writes=writes)

    failure = failure_of(program, StrictReplay([Deviation("reads", 3, "writes")]))
    assert failure.kind == "deadlock"
    assert failure.message == (
        "reads waits for other[0] held by writes; writes waits for rw[0] to write, held by reads"
    )


@pytest.mark.parametrize("end", ["read_unlock", "write_unlock"])
def test_who_does_not_hold_it_releases_nothing(failure_of: FailureOf, end: str) -> None:
    def program(scheduler: Scheduler) -> None:
        scheduler.thread("t0", getattr(Shelf(scheduler).lock, end))

    failure = failure_of(program)
    assert failure.kind == "lock unlocked by another"
    assert failure.message.endswith("does not hold rw[0]: nobody holds it")


def test_what_is_kept_is_held_at_exit(failure_of: FailureOf) -> None:
    def program(scheduler: Scheduler) -> None:
        scheduler.thread("t0", Shelf(scheduler).lock.read_lock)

    assert failure_of(program).message == "t0 ended holding rw[0]"


def test_nobody_sleeps_in_a_section(failure_of: FailureOf) -> None:
    def program(scheduler: Scheduler) -> None:
        shelf = Shelf(scheduler)
        mutex = Mutex(shelf.order, shelf.order.lock_class("mutex"), "0")

        def body() -> None:
            shelf.lock.read_lock()
            mutex.lock()

        scheduler.thread("t0", body)

    assert failure_of(program).kind == "sleep in atomic"


def test_who_spins_on_it_goes_on_when_it_is_released(run: Run) -> None:
    def program(scheduler: Scheduler) -> None:
        shelf = Shelf(scheduler)

        def spins() -> None:
            while not shelf.lock.write_trylock():
                cpu_relax(scheduler, "the lock")
            shelf.lock.write_unlock()

        shelf.threads(read=shelf.read, spins=spins)

    assert run(program).outcome == Passed()
