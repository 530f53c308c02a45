# SPDX-License-Identifier: GPL-2.0-only
"""Is a lock that is tried never waited for, and in the order of locks what lockdep makes of it?"""

from collections.abc import Callable
from functools import partial

import pytest

from harness import (
    Cell,
    Execution,
    Failure,
    HostInterrupt,
    LockOrder,
    Mutex,
    OsThreads,
    Passed,
    Scheduler,
    SpinLock,
    Stream,
    cpu_relax,
    execute,
    local_irq_disable,
)
from harness.primitives import check_may_sleep, line_text, remember_places
from harness.search.strategies import STRATEGIES
from tests.programs.agreeing import agree

Run = Callable[..., Execution]
FailureOf = Callable[..., Failure]


def crosswise(scheduler: Scheduler, *, backs_off: bool) -> None:
    """Two locks both ways round; one of the threads tries its second and backs off."""
    order = LockOrder(scheduler)
    a, b = (Mutex(order, order.lock_class(name), "0") for name in "ab")
    done = Cell(scheduler, "done", "0", 0)

    def forward() -> None:
        with a, b:
            done.write(1)

    def backward() -> None:
        with b:
            if not backs_off:
                a.lock()
            elif not a.trylock():
                return
            done.write(2)
            a.unlock()

    scheduler.thread("forward", forward)
    scheduler.thread("backward", backward)


@pytest.mark.parametrize("lock", [SpinLock, Mutex])
def test_it_is_taken_if_it_is_free(run: Run, lock: type[SpinLock]) -> None:
    seen: list[object] = []

    def program(scheduler: Scheduler) -> None:
        order = LockOrder(scheduler)
        tried = lock(order, order.lock_class("lock"), "0")

        def body() -> None:
            seen.append(tried.trylock())
            tried.assert_held()
            seen.append(tried.trylock())
            tried.unlock()
            seen.append(tried.owner is None)

        scheduler.thread("t0", body)

    assert run(program).outcome == Passed()
    assert seen == [True, False, True]


def test_to_try_and_back_off_is_no_order_and_to_wait_is_one(
    run: Run, failure_of: FailureOf
) -> None:
    assert run(partial(crosswise, backs_off=True)).outcome == Passed()
    assert failure_of(partial(crosswise, backs_off=False)).kind == "lock order"


def test_brute_force_and_reduction_agree(pinned: OsThreads) -> None:
    explored = agree(partial(crosswise, backs_off=True), pinned)
    assert explored is not None
    assert explored.passed


def test_what_is_taken_inside_comes_after_it(failure_of: FailureOf) -> None:
    """The tried lock was got, so who waits inside it makes others wait for it."""

    def program(scheduler: Scheduler) -> None:
        order = LockOrder(scheduler)
        a, b = (SpinLock(order, order.lock_class(name), "0") for name in "ab")

        def tries() -> None:
            if a.trylock():
                with b:
                    pass
                a.unlock()

        def waits() -> None:
            with b, a:
                pass

        scheduler.thread("tries", tries)
        scheduler.thread("waits", waits)

    failure = failure_of(program)
    assert failure.signature == "lock order in waits, tries on b, a"


def handled(scheduler: Scheduler, *, tries: bool) -> None:
    """A handler wants what the thread below it holds with interrupts on."""
    order = LockOrder(scheduler)
    lock, cell = SpinLock(order, order.lock_class("lock"), "0"), Cell(scheduler, "cell", "0", 0)

    def handler() -> None:
        if not tries:
            lock.lock()
        elif not lock.trylock():
            return
        lock.unlock()

    line = HostInterrupt(scheduler, "0", "t0", handler)

    def body() -> None:
        line.assert_line()
        cell.read()
        with lock:
            line.assert_line()
            cell.read()

    scheduler.thread("t0", body)


def test_a_handler_that_only_tries_does_not_spin_for_ever(run: Run, failure_of: FailureOf) -> None:
    assert run(partial(handled, tries=True)).outcome == Passed()
    assert failure_of(partial(handled, tries=False)).kind == "lock irq inversion"


@pytest.mark.parametrize("off", [True, False])
def test_a_class_that_handlers_take_is_tried_with_interrupts_off(
    run: Run, failure_of: FailureOf, off: bool
) -> None:
    def program(scheduler: Scheduler) -> None:
        order = LockOrder(scheduler)
        lock = SpinLock(order, order.lock_class("lock", irqs_off=True), "0")

        def body() -> None:
            if off:
                local_irq_disable(scheduler)
            assert lock.trylock()
            lock.unlock()

        scheduler.thread("t0", body)

    if off:
        assert run(program).outcome == Passed()
    else:
        assert failure_of(program).kind == "irqs on"


def test_a_tried_lock_that_is_kept_is_held_at_exit(failure_of: FailureOf) -> None:
    def program(scheduler: Scheduler) -> None:
        order = LockOrder(scheduler)
        lock = SpinLock(order, order.lock_class("lock"), "0")
        scheduler.thread("t0", lock.trylock)

    assert failure_of(program).message == "t0 ended holding lock[0]"


def test_a_tried_lock_remembers_its_place(run: Run) -> None:
    places = []

    def program(scheduler: Scheduler) -> None:
        order = LockOrder(scheduler)
        lock = SpinLock(order, order.lock_class("lock"), "0")
        remember_places(lock)

        def takes() -> None:
            lock.trylock()
            places.append(line_text(lock.taken_at))
            lock.unlock()

        scheduler.thread("t0", takes)

    run(program)
    assert places[0].startswith("test_trylock.py:")
    assert places[0].endswith("in takes()")


@pytest.mark.parametrize("kind", [Mutex, SpinLock])
def test_who_remembers_its_place_is_waited_for_as_before(
    failure_of: FailureOf, run: Run, kind: type[SpinLock]
) -> None:
    """Its holder may sleep if it is a mutex, and must not if it is a spinlock."""

    def program(scheduler: Scheduler) -> None:
        order = LockOrder(scheduler)
        lock = kind(order, order.lock_class("lock"), "0")
        remember_places(lock)

        def sleeps() -> None:
            with lock:
                check_may_sleep(scheduler, "sleep", "family")

        scheduler.thread("t0", sleeps)

    if kind is Mutex:
        assert isinstance(run(program).outcome, Passed)
    else:
        assert failure_of(program).kind == "sleep in atomic"


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_who_spins_on_a_lock_gets_it_when_it_is_released(pinned: OsThreads, strategy: str) -> None:
    def program(scheduler: Scheduler) -> None:
        order = LockOrder(scheduler)
        lock = SpinLock(order, order.lock_class("lock"), "0")
        cell = Cell(scheduler, "cell", "0", 0)

        def holds() -> None:
            with lock:
                cell.read()
                cell.read()

        def spins() -> None:
            while not lock.trylock():
                cpu_relax(scheduler, "the lock")
            lock.unlock()

        scheduler.thread("holds", holds)
        for number in range(2):
            scheduler.thread(f"spins {number}", spins)

    for seed in range(20):
        stream = Stream("spins", seed)
        outcome = execute(program, STRATEGIES[strategy](stream, 12), pinned, steps_max=200).outcome
        assert outcome == Passed()


def test_who_spins_on_a_lock_that_nobody_releases_is_in_a_livelock(failure_of: FailureOf) -> None:
    def program(scheduler: Scheduler) -> None:
        order = LockOrder(scheduler)
        lock = SpinLock(order, order.lock_class("lock"), "0")

        def spins() -> None:
            assert lock.trylock()
            while not lock.trylock():
                cpu_relax(scheduler, "the lock")

        scheduler.thread("t0", spins)

    assert failure_of(program).kind == "livelock"
