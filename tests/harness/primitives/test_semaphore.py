# SPDX-License-Identifier: GPL-2.0-only
"""Does a semaphore count as the kernel's does, and the bounded one mind as Python's?"""

from collections.abc import Callable
from functools import partial

import pytest

from harness import (
    BoundedSemaphore,
    Cell,
    Execution,
    Failure,
    HostInterrupt,
    OsThreads,
    Passed,
    Scheduler,
    Semaphore,
    every_behaviour,
)
from tests.programs.agreeing import agree

Run = Callable[..., Execution]
FailureOf = Callable[..., Failure]


def counts(scheduler: Scheduler, does: Callable[[Semaphore], object], count: int = 1) -> None:
    """Make a program of one thread that does something to a semaphore."""
    semaphore = Semaphore(scheduler, "0", count)
    scheduler.thread("t0", lambda: does(semaphore))


def test_it_goes_down_as_often_as_it_counts(run: Run, failure_of: FailureOf) -> None:
    def twice(semaphore: Semaphore) -> None:
        semaphore.down()
        semaphore.down()

    assert run(partial(counts, does=twice, count=2)).outcome == Passed()
    failure = failure_of(partial(counts, does=twice))
    assert failure.message == "t0 waits for semaphore[0] to be taken up, it is at 0"


def test_anybody_may_take_it_up_beyond_where_it_began(run: Run) -> None:
    seen = []

    def does(semaphore: Semaphore) -> None:
        semaphore.up()
        seen.append(semaphore.count)
        semaphore.down()
        semaphore.down()
        seen.append(semaphore.count)
        seen.append(semaphore.down_trylock())
        seen.append(semaphore.down_timeout(0))
        seen.append(semaphore.down_timeout(1))
        semaphore.up()
        seen.append(semaphore.down_trylock())
        seen.append(semaphore.count)

    assert run(partial(counts, does=does)).outcome == Passed()
    assert seen == [2, 0, False, False, False, True, 0]


def pool_of_two(scheduler: Scheduler, *, size: int) -> None:
    """Three clients and two connections: with one ticket too many a client finds none."""
    tickets = Semaphore(scheduler, "tickets", size)
    idle, used = ["a", "b"], Cell(scheduler, "used", "0", 0)

    def client() -> None:
        tickets.down()
        connection = idle.pop()
        used.write(1)
        idle.append(connection)
        tickets.up()

    for number in range(3):
        scheduler.thread(f"c{number}", client)


def test_one_ticket_too_many_is_found_and_as_many_as_there_are_pass(pinned: OsThreads) -> None:
    wrong = every_behaviour(partial(pool_of_two, size=3), pinned)
    assert set(wrong.failures) == {"exception in client"}
    right = every_behaviour(partial(pool_of_two, size=2), pinned)
    assert right.passed


def section(scheduler: Scheduler, *, tries: bool) -> None:
    """Two in turn, and a third that tries, or waits for a while only."""
    semaphore, cell = Semaphore(scheduler, "0"), Cell(scheduler, "cell", "0", 0)

    def waits() -> None:
        semaphore.down()
        cell.read()
        semaphore.up()

    def tries_it() -> None:
        if semaphore.down_trylock() if tries else semaphore.down_timeout(1.0):
            semaphore.up()
        else:
            cell.write(1)

    scheduler.thread("t0", waits)
    scheduler.thread("t1", tries_it)


def producers(scheduler: Scheduler) -> None:
    items = Semaphore(scheduler, "items", 0)
    for number in range(2):
        scheduler.thread(f"p{number}", items.up)
        scheduler.thread(f"c{number}", items.down)


@pytest.mark.parametrize(
    "program", [partial(section, tries=True), partial(section, tries=False), producers]
)
def test_brute_force_and_reduction_agree(
    pinned: OsThreads, program: Callable[[Scheduler], None]
) -> None:
    explored = agree(program, pinned)
    assert explored is not None
    assert explored.passed


@pytest.mark.parametrize("does", ["down", "up", "down_trylock"])
def test_a_handler_may_take_it_up_or_try_and_not_wait(
    run: Run, failure_of: FailureOf, does: str
) -> None:
    def program(scheduler: Scheduler) -> None:
        semaphore, cell = Semaphore(scheduler, "0"), Cell(scheduler, "cell", "0", 0)
        line = HostInterrupt(scheduler, "0", "t0", getattr(semaphore, does))

        def body() -> None:
            line.assert_line()
            cell.read()

        scheduler.thread("t0", body)

    if does == "down":
        failure = failure_of(program)
        assert failure.kind == "sleep in a handler"
        assert failure.lock_classes == ("semaphore",)
    else:
        assert run(program).outcome == Passed()


def test_released_more_often_than_acquired_is_python_s_error(
    run: Run, failure_of: FailureOf
) -> None:
    def program(scheduler: Scheduler, *, minds: bool) -> None:
        semaphore = BoundedSemaphore(scheduler, "0", 1)

        def body() -> None:
            with semaphore:
                pass
            try:
                semaphore.release()
            except ValueError:
                if minds:
                    raise

        scheduler.thread("t0", body)

    failure = failure_of(partial(program, minds=True))
    assert failure.signature == "exception in body"
    assert failure.message.endswith("Semaphore released too many times")
    assert run(partial(program, minds=False)).outcome == Passed()


def test_acquire_waits_tries_or_gives_up(run: Run) -> None:
    seen = []

    def program(scheduler: Scheduler) -> None:
        semaphore = BoundedSemaphore(scheduler, "0", 1)

        def body() -> None:
            seen.append(semaphore.acquire())
            seen.append(semaphore.acquire(blocking=False))
            seen.append(semaphore.acquire(timeout=1.0))
            semaphore.release()
            seen.append(semaphore.acquire(timeout=1.0))

        scheduler.thread("t0", body)

    assert run(program).outcome == Passed()
    assert seen == [True, False, False, True]


def test_it_answers_as_python_s_does(run: Run, failure_of: FailureOf) -> None:
    def program(scheduler: Scheduler, *, timeout: float | None) -> None:
        semaphore = BoundedSemaphore(scheduler, "0", 1)

        def body() -> None:
            with semaphore as acquired:
                assert acquired is True
                assert not semaphore.acquire(False, timeout)

        scheduler.thread("t0", body)

    assert run(partial(program, timeout=None)).outcome == Passed()
    failure = failure_of(partial(program, timeout=1.0))
    assert failure.signature == "exception in body"
    assert failure.message.endswith("can't specify timeout for non-blocking acquire")


def test_a_count_below_zero_is_the_program_s_fault(failure_of: FailureOf) -> None:
    failure = failure_of(partial(counts, does=Semaphore.up, count=-1))
    assert failure.kind == "exception"
    assert failure.message.endswith("a semaphore's count is at least 0, not -1")
