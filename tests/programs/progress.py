# SPDX-License-Identifier: GPL-2.0-only
"""Progress: programs in which somebody sleeps or tries for ever, and their right relatives."""

from harness import Atomic, Cell, Completion, LockOrder, Scheduler, SpinLock, WaitQueue
from tests.programs.example import Program


def _looked(scheduler: Scheduler, *, in_queue: bool) -> None:
    ready, queue = Cell(scheduler, "ready", "0", False), WaitQueue(scheduler, "queue")

    def consume() -> None:
        if in_queue:
            queue.wait_event(ready.read)
        elif not ready.read():
            queue.sleep_on()

    def produce() -> None:
        ready.write(True)
        queue.wake_up()

    scheduler.thread("consumer", consume)
    scheduler.thread("producer", produce)


def looks_and_then_sleeps(scheduler: Scheduler) -> None:
    """The wake-up comes between the look and the sleep, and wakes nobody."""
    _looked(scheduler, in_queue=False)


def queues_and_then_looks(scheduler: Scheduler) -> None:
    """Who stands in the queue before it looks is woken by whatever comes after the look."""
    _looked(scheduler, in_queue=True)


def _locked(scheduler: Scheduler, *, lets_go_in_queue: bool) -> None:
    order, queue = LockOrder(scheduler), WaitQueue(scheduler, "queue")
    lock = SpinLock(order, order.lock_class("lock"), "0")
    items: list[int] = []

    def consume() -> None:
        lock.lock()
        while not items:
            if lets_go_in_queue:
                queue.sleep_on(lock)
            else:
                lock.unlock()
                queue.sleep_on()
                lock.lock()
        items.pop()
        lock.unlock()

    def produce() -> None:
        with lock:
            items.append(1)
            queue.wake_up()

    scheduler.thread("consumer", consume)
    scheduler.thread("producer", produce)


def lets_go_and_then_sleeps(scheduler: Scheduler) -> None:
    """The lock is let go of too early: the producer comes in before the consumer sleeps."""
    _locked(scheduler, lets_go_in_queue=False)


def sleeps_and_then_lets_go(scheduler: Scheduler) -> None:
    """The lock is held until the consumer stands in the queue, as a condition variable does."""
    _locked(scheduler, lets_go_in_queue=True)


def _said(scheduler: Scheduler, *, first: bool) -> None:
    ready, queue = Cell(scheduler, "ready", "0", False), WaitQueue(scheduler, "queue")

    def produce() -> None:
        if first:
            ready.write(True)
        queue.wake_up()
        if not first:
            ready.write(True)

    def consume() -> None:
        queue.wait_event(ready.read)

    scheduler.thread("producer", produce)
    scheduler.thread("consumer", consume)


def wakes_and_then_says(scheduler: Scheduler) -> None:
    """The consumer is woken, finds nothing and sleeps again; then there is something."""
    _said(scheduler, first=False)


def says_and_then_wakes(scheduler: Scheduler) -> None:
    """Whoever is woken finds what it was woken for."""
    _said(scheduler, first=True)


def _completed(scheduler: Scheduler, *, begins_before_it_asks: bool) -> None:
    asked, queue = Cell(scheduler, "asked", "0", False), WaitQueue(scheduler, "queue")
    done = Completion(scheduler, "0")

    def ask() -> None:
        if begins_before_it_asks:
            done.reinit()
        asked.write(True)
        queue.wake_up()
        if not begins_before_it_asks:
            done.reinit()
        done.wait()

    def serve() -> None:
        queue.wait_event(asked.read)
        done.complete()

    scheduler.thread("client", ask)
    scheduler.thread("server", serve)


def forgets_what_was_done(scheduler: Scheduler) -> None:
    """The completion is begun anew after asking, when the answer may be there already."""
    _completed(scheduler, begins_before_it_asks=False)


def begins_before_it_asks(scheduler: Scheduler) -> None:
    """The completion is begun anew before anybody can complete it."""
    _completed(scheduler, begins_before_it_asks=True)


def _shared(scheduler: Scheduler, *, exclusive: bool, wakes_all: bool) -> None:
    queue, items = WaitQueue(scheduler, "queue"), Atomic(scheduler, "items", "0", 0)
    wait = queue.wait_event_exclusive if exclusive else queue.wait_event
    wake = queue.wake_up_all if wakes_all else queue.wake_up

    def take() -> None:
        wait(lambda: items.read() > 0)
        items.fetch_add(-1)
        wake()

    def wait_until_empty() -> None:
        wait(lambda: items.read() == 0)

    def put() -> None:
        items.fetch_add(1)
        wake()

    scheduler.thread("producer", put)
    for role in ("d0", "d1"):
        scheduler.thread(role, wait_until_empty)
    scheduler.thread("consumer", take)


def wakes_one_for_another(scheduler: Scheduler) -> None:
    """One queue for two conditions: who is woken sleeps again, and who could go on is not woken."""
    _shared(scheduler, exclusive=True, wakes_all=False)


def wakes_all(scheduler: Scheduler) -> None:
    """Everybody looks, and one of them goes on."""
    _shared(scheduler, exclusive=True, wakes_all=True)


def wakes_all_that_share(scheduler: Scheduler) -> None:
    """Nobody waits exclusively, so one wake-up is for everybody."""
    _shared(scheduler, exclusive=False, wakes_all=False)


def _tried(scheduler: Scheduler, *, looks_again: bool) -> None:
    scheduler.steps_max = 200
    total = Cell(scheduler, "total", "0", 0)

    def add() -> None:
        seen = total.read()
        while (met := total.cmpxchg(seen, seen + 1)) != seen:
            if looks_again:
                seen = met

    def body() -> None:
        for _ in range(2):
            add()

    for role in ("t0", "t1"):
        scheduler.thread(role, body)


def tries_what_cannot_be_any_more(scheduler: Scheduler) -> None:
    """The loop compares with what it has read once; whoever loses one race goes round for ever."""
    _tried(scheduler, looks_again=False)


def tries_what_it_met(scheduler: Scheduler) -> None:
    """Each new try is because another got on, and goes by what that left behind."""
    _tried(scheduler, looks_again=True)


def _counted(scheduler: Scheduler, *, enough: bool) -> None:
    queue, items = WaitQueue(scheduler, "queue"), Atomic(scheduler, "items", "0", 0)

    def take() -> None:
        while True:
            queue.wait_event(lambda: items.read() > 0)
            if items.fetch_add(-1) > 0:
                return
            items.fetch_add(1)
            if enough:
                queue.wake_up()

    def put() -> None:
        for _ in range(2 if enough else 1):
            items.fetch_add(1)
            queue.wake_up()

    scheduler.thread("c0", take)
    scheduler.thread("c1", take)
    scheduler.thread("producer", put)


def more_takers_than_items(scheduler: Scheduler) -> None:
    """Nobody lost a wake-up: what the last one waits for never happens, which is a deadlock."""
    _counted(scheduler, enough=False)


def an_item_for_each(scheduler: Scheduler) -> None:
    """There is an item for each; who took one too many and put it back says so."""
    _counted(scheduler, enough=True)


DEFECTS: dict[str, Program] = {
    program.__name__: program
    for program in (
        looks_and_then_sleeps,
        lets_go_and_then_sleeps,
        wakes_and_then_says,
        forgets_what_was_done,
        wakes_one_for_another,
        tries_what_cannot_be_any_more,
        more_takers_than_items,
    )
}

NEAR_MISSES: dict[str, Program] = {
    program.__name__: program
    for program in (
        queues_and_then_looks,
        sleeps_and_then_lets_go,
        says_and_then_wakes,
        begins_before_it_asks,
        wakes_all,
        wakes_all_that_share,
        tries_what_it_met,
        an_item_for_each,
    )
}

KINDS: dict[str, frozenset[str]] = {
    "looks_and_then_sleeps": frozenset({"lost wake-up"}),
    "lets_go_and_then_sleeps": frozenset({"lost wake-up"}),
    "wakes_and_then_says": frozenset({"lost wake-up"}),
    "forgets_what_was_done": frozenset({"lost wake-up"}),
    "wakes_one_for_another": frozenset({"lost wake-up"}),
    "tries_what_cannot_be_any_more": frozenset({"step bound"}),
    "more_takers_than_items": frozenset({"deadlock"}),
}
"""What each defect is found as."""
