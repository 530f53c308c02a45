# SPDX-License-Identifier: GPL-2.0-only
"""Waited for: what was done before a start, a set, an up or a queueing is there afterwards.

Programs that look too early or too late, each beside its right relative.
"""

from harness import (
    Barrier,
    Event,
    RwLock,
    Scheduler,
    Semaphore,
    Timer,
    Work,
    WorkQueue,
    start_thread,
)
from tests.programs.data_race.handed_over import OpenBank


def _started(scheduler: Scheduler, *, opens_before: bool) -> None:
    bank = OpenBank(scheduler)

    def starts() -> None:
        if opens_before:
            bank.opens()
        start_thread(scheduler, "visitor", bank.looks)
        if not opens_before:
            bank.opens()

    bank.threads(starts)


def opens_after_the_start(scheduler: Scheduler) -> None:
    """Wrong: the visitor may be quicker."""
    _started(scheduler, opens_before=False)


def opens_before_the_start(scheduler: Scheduler) -> None:
    """Right: what comes before a start is there for the thread."""
    _started(scheduler, opens_before=True)


def _joined(scheduler: Scheduler, *, joins: bool) -> None:
    bank = OpenBank(scheduler)

    def starts() -> None:
        clerk = start_thread(scheduler, "clerk", bank.opens)
        if joins:
            clerk.join()
        bank.looks()

    bank.threads(starts)


def looks_beside_the_clerk(scheduler: Scheduler) -> None:
    """Wrong: the clerk was sent, and has not come back."""
    _joined(scheduler, joins=False)


def looks_when_the_clerk_is_back(scheduler: Scheduler) -> None:
    """Right: all that a thread did is there for whoever has joined it."""
    _joined(scheduler, joins=True)


def _counted(scheduler: Scheduler, *, takes: bool) -> None:
    bank, tickets = OpenBank(scheduler), Semaphore(scheduler, "tickets", 0)

    def opens() -> None:
        bank.opens()
        tickets.up()

    def looks() -> None:
        if takes:
            tickets.down()
        bank.looks()

    bank.threads(opens, looks)


def looks_without_a_ticket(scheduler: Scheduler) -> None:
    """Wrong: there is a semaphore to take down, and it does not."""
    _counted(scheduler, takes=False)


def looks_with_a_ticket(scheduler: Scheduler) -> None:
    """Right: what was done before an up is there for whoever takes it down."""
    _counted(scheduler, takes=True)


def _set(scheduler: Scheduler, *, whatever: bool) -> None:
    bank, opened = OpenBank(scheduler), Event(scheduler, "opened")

    def opens() -> None:
        bank.opens()
        opened.set()

    def looks() -> None:
        if opened.wait(1.0) or whatever:
            bank.looks()

    bank.threads(opens, looks)


def looks_when_its_time_is_up(scheduler: Scheduler) -> None:
    """Wrong: to have waited in vain orders nothing."""
    _set(scheduler, whatever=True)


def looks_when_it_is_set(scheduler: Scheduler) -> None:
    """Right: it looks only if the wait has not timed out."""
    _set(scheduler, whatever=False)


def _met(scheduler: Scheduler, *, waits: bool) -> None:
    bank, barrier = OpenBank(scheduler), Barrier(scheduler, "0", 2)

    def opens() -> None:
        bank.opens()
        barrier.wait()

    def looks() -> None:
        if waits:
            barrier.wait()
        bank.looks()
        if not waits:
            barrier.wait()

    bank.threads(opens, looks)


def looks_before_all_have_come(scheduler: Scheduler) -> None:
    """Wrong: the barrier comes after."""
    _met(scheduler, waits=False)


def looks_when_all_have_come(scheduler: Scheduler) -> None:
    """Right: what the parties did before is there for each of them."""
    _met(scheduler, waits=True)


def _read_and_written(scheduler: Scheduler, *, as_writer: bool) -> None:
    bank = OpenBank(scheduler)
    lock = RwLock(bank.order, bank.order.lock_class("register"), "0")

    def opens() -> None:
        if as_writer:
            lock.write_lock()
            bank.opens()
            lock.write_unlock()
        else:
            lock.read_lock()
            bank.opens()
            lock.read_unlock()

    def looks() -> None:
        lock.read_lock()
        bank.looks()
        lock.read_unlock()

    bank.threads(looks, opens, looks)


def writes_as_a_reader(scheduler: Scheduler) -> None:
    """Wrong: readers keep nobody out but writers."""
    _read_and_written(scheduler, as_writer=False)


def writes_as_the_writer(scheduler: Scheduler) -> None:
    """Right: readers come before a writer or after it."""
    _read_and_written(scheduler, as_writer=True)


def _armed(scheduler: Scheduler, *, opens_before: bool) -> None:
    bank = OpenBank(scheduler)
    timer = Timer(scheduler, "0", bank.looks)

    def arms() -> None:
        if opens_before:
            bank.opens()
        timer.mod_timer()
        if not opens_before:
            bank.opens()

    bank.threads(arms)


def opens_when_the_timer_runs(scheduler: Scheduler) -> None:
    """Wrong: it may fire at once."""
    _armed(scheduler, opens_before=False)


def opens_before_it_is_armed(scheduler: Scheduler) -> None:
    """Right: what comes before mod_timer is there for the function."""
    _armed(scheduler, opens_before=True)


def _taken_off(scheduler: Scheduler, *, waits: bool) -> None:
    bank = OpenBank(scheduler)
    timer = Timer(scheduler, "0", bank.opens)

    def arms() -> None:
        timer.mod_timer()
        if waits:
            timer.del_timer_sync()
        else:
            timer.del_timer()
        bank.looks()

    bank.threads(arms)


def looks_beside_the_function(scheduler: Scheduler) -> None:
    """Wrong: a timer that was taken off may be running its function."""
    _taken_off(scheduler, waits=False)


def looks_when_the_function_is_over(scheduler: Scheduler) -> None:
    """Right: what the function did is there after del_timer_sync."""
    _taken_off(scheduler, waits=True)


def _queued(scheduler: Scheduler, *, opens_before: bool) -> None:
    bank = OpenBank(scheduler)
    queue, visit = WorkQueue(scheduler, "0"), Work("visit", bank.looks)

    def queues() -> None:
        if opens_before:
            bank.opens()
        queue.queue_work(visit)
        if not opens_before:
            bank.opens()

    bank.threads(queues)


def opens_when_work_is_queued(scheduler: Scheduler) -> None:
    """Wrong: the worker may be quicker."""
    _queued(scheduler, opens_before=False)


def opens_before_work_is_queued(scheduler: Scheduler) -> None:
    """Right: what comes before queue_work is there for the function."""
    _queued(scheduler, opens_before=True)


def _flushed(scheduler: Scheduler, *, waits: bool) -> None:
    bank = OpenBank(scheduler)
    queue, opening = WorkQueue(scheduler, "0"), Work("opening", bank.opens)

    def queues() -> None:
        queue.queue_work(opening)
        if waits:
            queue.flush_work(opening)
        bank.looks()

    bank.threads(queues)


def looks_beside_the_worker(scheduler: Scheduler) -> None:
    """Wrong: the work is queued, and it does not wait for it."""
    _flushed(scheduler, waits=False)


def looks_when_work_is_flushed(scheduler: Scheduler) -> None:
    """Right: what the function did is there after flush_work."""
    _flushed(scheduler, waits=True)


PAIRS = (
    (opens_after_the_start, opens_before_the_start),
    (looks_beside_the_clerk, looks_when_the_clerk_is_back),
    (looks_without_a_ticket, looks_with_a_ticket),
    (looks_when_its_time_is_up, looks_when_it_is_set),
    (looks_before_all_have_come, looks_when_all_have_come),
    (writes_as_a_reader, writes_as_the_writer),
    (opens_when_the_timer_runs, opens_before_it_is_armed),
    (looks_beside_the_function, looks_when_the_function_is_over),
    (opens_when_work_is_queued, opens_before_work_is_queued),
    (looks_beside_the_worker, looks_when_work_is_flushed),
)
"""A program with a race, and its relative that has none."""
