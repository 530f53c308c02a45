# SPDX-License-Identifier: GPL-2.0-only
"""Does an event wake whom Python's would, and is a missed one told from one that never was?"""

from collections.abc import Callable

import pytest

from harness import (
    Cell,
    Deviation,
    Event,
    Execution,
    Failure,
    LockOrder,
    OsThreads,
    Passed,
    Scheduler,
    SpinLock,
    StrictReplay,
    every_behaviour,
)
from tests.programs.agreeing import agree

Run = Callable[..., Execution]
FailureOf = Callable[..., Failure]


def pulsed(scheduler: Scheduler, *, clears: bool = True) -> None:
    """An event that is set, and cleared at once: who comes later has missed it."""
    event = Event(scheduler, "0")

    def pulse() -> None:
        event.set()
        if clears:
            event.clear()

    scheduler.thread("waiter", event.wait)
    scheduler.thread("pulser", pulse)


def set_for_two(scheduler: Scheduler) -> None:
    event, cell = Event(scheduler, "0"), Cell(scheduler, "cell", "0", 0)

    def waits() -> None:
        event.wait()
        if not cell.read():
            scheduler.fail(Failure("too early", "it is set, and nothing is done"))

    def sets() -> None:
        cell.write(1)
        event.set()

    scheduler.thread("w0", waits)
    scheduler.thread("setter", sets)


def test_who_sleeps_is_woken_though_it_is_cleared_at_once(run: Run) -> None:
    assert run(pulsed).outcome == Passed()


def test_who_comes_later_has_missed_it_and_the_report_says_where(failure_of: FailureOf) -> None:
    failure = failure_of(pulsed, StrictReplay([Deviation("start", 0, "pulser")]))
    assert failure.kind == "lost wake-up"
    assert failure.message == "waiter waits for event[0] to be set"
    assert failure.details[1:] == (
        "  set by pulser at step 1: pulse",
        "  cleared by pulser at step 2: pulse",
    )


def test_what_is_not_cleared_nobody_misses(pinned: OsThreads) -> None:
    def stays(scheduler: Scheduler) -> None:
        pulsed(scheduler, clears=False)

    assert every_behaviour(stays, pinned).passed
    assert set(every_behaviour(pulsed, pinned).failures) == {"lost wake-up on event"}


@pytest.mark.parametrize("program", [pulsed, set_for_two])
def test_brute_force_and_reduction_agree(
    pinned: OsThreads, program: Callable[[Scheduler], None]
) -> None:
    assert agree(program, pinned) is not None


def test_what_was_never_set_is_not_lost(failure_of: FailureOf) -> None:
    def program(scheduler: Scheduler) -> None:
        event = Event(scheduler, "0")

        def body() -> None:
            event.clear()
            event.wait()

        scheduler.thread("t0", body)

    assert failure_of(program).kind == "deadlock"


def test_who_has_cleared_it_himself_has_missed_nothing(failure_of: FailureOf) -> None:
    def program(scheduler: Scheduler) -> None:
        event = Event(scheduler, "0")

        def serves() -> None:
            for _ in range(2):
                event.wait()
                event.clear()

        scheduler.thread("serves", serves)
        scheduler.thread("asks", event.set)

    assert failure_of(program).signature == "deadlock in serves on event"


def test_it_answers_as_python_s_does(run: Run) -> None:
    seen = []

    def program(scheduler: Scheduler) -> None:
        event = Event(scheduler, "0")

        def body() -> None:
            seen.extend([event.is_set(), event.wait(0), event.wait(1.0)])
            event.set()
            seen.extend([event.is_set(), event.wait(0), event.wait(1.0), event.wait()])
            event.clear()
            seen.append(event.is_set())

        scheduler.thread("t0", body)

    assert run(program).outcome == Passed()
    assert seen == [False, False, False, True, True, True, True, False]


def test_nobody_waits_with_a_spinlock_held(failure_of: FailureOf) -> None:
    def program(scheduler: Scheduler) -> None:
        order, event = LockOrder(scheduler), Event(scheduler, "0")
        lock = SpinLock(order, order.lock_class("lock"), "0")

        def body() -> None:
            with lock:
                event.wait(1.0)

        scheduler.thread("t0", body)

    assert failure_of(program).kind == "sleep in atomic"
