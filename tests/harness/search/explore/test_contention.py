# SPDX-License-Identifier: GPL-2.0-only
"""Does an exploration say so where the schedule makes no difference, and only there?"""

from collections.abc import Callable
from functools import partial

import pytest

from harness import (
    Carriers,
    Cell,
    Completion,
    Exploration,
    HostInterrupt,
    LockOrder,
    Mutex,
    Quiet,
    RwLock,
    Scheduler,
    Semaphore,
    every_behaviour,
    execute,
    some_schedules,
)
from harness.search.explore.contention import Contention
from tests.programs.counted import own_cells, writes

NEVER = "its threads never contended"


def plain_python(scheduler: Scheduler) -> None:
    """Both change a dictionary: nothing of it is seen."""
    shared = {"count": 0}

    def body() -> None:
        shared["count"] += 1

    scheduler.thread("a", body)
    scheduler.thread("b", body)


def one_after_the_other(scheduler: Scheduler) -> None:
    """What is shared is handed over, so there is one order."""
    cell, ready = Cell(scheduler, "cell", "0", 0), Completion(scheduler, "ready")

    def first() -> None:
        cell.write(1)
        ready.complete()

    def second() -> None:
        ready.wait()
        cell.write(2)

    scheduler.thread("first", first)
    scheduler.thread("second", second)


def under_a_lock(scheduler: Scheduler) -> None:
    order = LockOrder(scheduler)
    lock = Mutex(order, order.lock_class("lock"), "0")

    def body() -> None:
        with lock:
            pass

    scheduler.thread("a", body)
    scheduler.thread("b", body)


def tried_first(scheduler: Scheduler, *, what: str) -> None:
    """One tries what the other takes: mostly the first is over when the second comes."""
    order = LockOrder(scheduler)
    lock, cell = RwLock(order, order.lock_class("lock"), "0"), Cell(scheduler, "cell", "0", 0)
    ticket = Semaphore(scheduler, "ticket", 1)

    def tries() -> None:
        if what == "ticket":
            if ticket.down_trylock():
                ticket.up()
        elif lock.write_trylock():
            cell.write(1)
            lock.write_unlock()

    def takes() -> None:
        if what == "ticket":
            ticket.down()
            ticket.up()
        else:
            lock.read_lock()
            cell.read()
            lock.read_unlock()

    scheduler.thread("tries", tries)
    scheduler.thread("takes", takes)


def by_ticket(scheduler: Scheduler) -> None:
    """What is shared is handed over by a semaphore that begins with nothing."""
    cell, ticket = Cell(scheduler, "cell", "0", 0), Semaphore(scheduler, "ticket", 0)

    def first() -> None:
        cell.write(1)
        ticket.up()

    def second() -> None:
        ticket.down()
        cell.write(2)

    scheduler.thread("first", first)
    scheduler.thread("second", second)


def rarely(scheduler: Scheduler) -> None:
    """The second thread looks too early under nearly every schedule."""
    door, cell = Cell(scheduler, "door", "0", 0), Cell(scheduler, "cell", "0", 0)

    def opens() -> None:
        for _ in range(8):
            cell.read()
        door.write(1)
        door.write(0)

    def looks() -> None:
        if door.read():
            cell.write(1)

    scheduler.thread("opens", opens)
    scheduler.thread("looks", looks)


def fails(scheduler: Scheduler) -> None:
    def body() -> None:
        raise ValueError("no")

    scheduler.thread("a", body)
    scheduler.thread("b", lambda: None)


def tried(program: Callable[[Scheduler], None], carriers: Carriers, times: int = 20) -> Exploration:
    return some_schedules(program, carriers, executions=times)


def test_threads_that_share_nothing_say_so(carriers: Carriers) -> None:
    for program in (plain_python, own_cells(2, 3)):
        result = tried(program, carriers)
        assert result.contended is False
        assert str(result).endswith(
            f"{NEVER}: no two of them touched the same object of the harness"
        )


def test_threads_that_meet_in_one_order_say_so(carriers: Carriers) -> None:
    for program in (one_after_the_other, by_ticket):
        result = tried(program, carriers)
        assert str(result).endswith(f"{NEVER}: they meet in one order under every schedule")


def test_threads_that_contend_do_not(carriers: Carriers) -> None:
    for program in (under_a_lock, writes(2, 1), rarely):
        result = tried(program, carriers)
        assert result.contended
        assert NEVER not in str(result)


@pytest.mark.parametrize("what", ["lock", "ticket"])
def test_who_tries_contends_with_who_waits(carriers: Carriers, what: str) -> None:
    """Also in one execution in which the first is over when the second comes."""
    contention = Contention()
    contention.look(execute(partial(tried_first, what=what), Quiet(), carriers, touches=[]))
    assert contention.seen


def interrupted(scheduler: Scheduler) -> None:
    """One asserts a line that is looked at on top of the other, which publishes nothing of it."""
    line = HostInterrupt(scheduler, "7", "main", lambda: None)
    own = Cell(scheduler, "own", "0", 0)
    scheduler.thread("main", lambda: own.write(own.read() + 1))
    scheduler.thread("device", line.assert_line)


def test_what_a_handler_looks_at_is_contended(carriers: Carriers) -> None:
    assert tried(interrupted, carriers).contended


def test_one_execution_is_enough_to_say_so(carriers: Carriers) -> None:
    assert tried(plain_python, carriers, times=0).contended is None
    assert tried(plain_python, carriers, times=1).contended is False
    result = every_behaviour(own_cells(2, 3), carriers)
    assert (result.executions, result.contended) == (1, False)


def test_a_program_that_fails_under_every_schedule_says_so(carriers: Carriers) -> None:
    text = str(tried(fails, carriers))
    assert text.startswith(f"limit hit after 20 executions, 1 way to fail so far; {NEVER}: no two")
