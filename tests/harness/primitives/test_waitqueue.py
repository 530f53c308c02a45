# SPDX-License-Identifier: GPL-2.0-only
"""Does a wake-up reach who sleeps, and is a lost one told from a wait for nothing?"""

from collections.abc import Callable
from functools import partial

import pytest

from harness import (
    Cell,
    Completion,
    Deviation,
    Execution,
    Failed,
    Failure,
    LockOrder,
    Mutex,
    OsThreads,
    Passed,
    Rcu,
    Scheduler,
    SpinLock,
    WaitQueue,
    execute,
)
from harness.engine.strategy import Quiet
from harness.schedule.replay import StrictReplay
from tests.programs.agreeing import agree

Run = Callable[..., Execution]
FailureOf = Callable[..., Failure]


def sleepers(count: int, wake: Callable[[WaitQueue], None]) -> Callable[[Scheduler], None]:
    """Make a program of so many that sleep, in order, and one that then wakes."""

    def program(scheduler: Scheduler) -> None:
        queue = WaitQueue(scheduler, "queue")
        for number in range(count):
            scheduler.thread(f"s{number}", queue.sleep_on)
        scheduler.thread("waker", lambda: wake(queue))

    return program


def test_everybody_is_woken(run: Run) -> None:
    assert run(sleepers(3, lambda queue: queue.wake_up_all())).outcome == Passed()


def test_one_is_woken_who_slept_longest(failure_of: FailureOf) -> None:
    failure = failure_of(sleepers(3, lambda queue: queue.wake_up()))
    assert failure.kind == "deadlock"
    assert failure.message == (
        "s1 waits for a wake-up at queue[0]; s2 waits for a wake-up at queue[0]"
    )


def waiters(count: int, wait: str, wake: str = "wake_up") -> Callable[[Scheduler], None]:
    """Make a program of so many that wait for one condition, and one that wakes once it holds."""

    def program(scheduler: Scheduler) -> None:
        queue, ready = WaitQueue(scheduler, "queue"), Cell(scheduler, "ready", "0", False)

        def waits() -> None:
            getattr(queue, wait)(ready.read)

        def says() -> None:
            ready.write(True)
            getattr(queue, wake)()

        for number in range(count):
            scheduler.thread(f"w{number}", waits)
        scheduler.thread("waker", says)

    return program


def test_a_wake_up_is_for_all_that_wait_for_a_condition(run: Run) -> None:
    assert run(waiters(3, "wait_event")).outcome == Passed()


def test_of_those_who_wait_exclusively_one_is_woken(failure_of: FailureOf, run: Run) -> None:
    assert run(waiters(3, "wait_event_exclusive", "wake_up_all")).outcome == Passed()
    failure = failure_of(waiters(3, "wait_event_exclusive"))
    assert failure.signature == "lost wake-up in waits, waits on queue, queue"
    assert "  it woke w0, which has ended since" in failure.details


def test_who_waits_exclusively_keeps_no_wake_up_from_the_others(run: Run) -> None:
    def program(scheduler: Scheduler) -> None:
        queue, ready = WaitQueue(scheduler, "queue"), Cell(scheduler, "ready", "0", False)

        def says() -> None:
            ready.write(True)
            queue.wake_up()

        scheduler.thread("first", lambda: queue.wait_event_exclusive(ready.read))
        scheduler.thread("second", lambda: queue.wait_event(ready.read))
        scheduler.thread("third", lambda: queue.wait_event(ready.read))
        scheduler.thread("waker", says)

    assert run(program).outcome == Passed()


@pytest.mark.parametrize("wait", ["wait_event", "wait_event_exclusive"])
def test_they_agree_on_whom_a_wake_up_wakes(pinned: OsThreads, wait: str) -> None:
    """Also where one who stood in the queue has left it by itself just before, or just after."""
    explored = agree(waiters(2, wait), pinned, brute_max=12_000)
    assert explored is not None
    assert explored.passed is (wait == "wait_event")


def test_a_wake_up_long_before_the_sleep_is_not_what_is_missing(failure_of: FailureOf) -> None:
    """It found nobody when the sleeper had not even begun: it was never meant for it."""

    def program(scheduler: Scheduler) -> None:
        queue, other = WaitQueue(scheduler, "queue"), Cell(scheduler, "other", "0", 0)

        def sleep() -> None:
            other.read()
            queue.sleep_on()

        scheduler.thread("waker", queue.wake_up)
        scheduler.thread("sleeper", sleep)

    assert failure_of(program).kind == "deadlock"


def test_a_wake_up_just_before_the_sleep_is_lost(failure_of: FailureOf) -> None:
    def program(scheduler: Scheduler) -> None:
        queue, other = WaitQueue(scheduler, "queue"), Cell(scheduler, "other", "0", 0)

        def sleep() -> None:
            other.read()
            queue.sleep_on()

        scheduler.thread("sleeper", sleep)
        scheduler.thread("waker", queue.wake_up)

    failure = failure_of(program, StrictReplay([Deviation("sleeper", 2, "waker")]))
    assert failure.kind == "lost wake-up"
    assert failure.functions == ("sleep",)
    assert failure.lock_classes == ("queue",)
    assert failure.details == (
        "sleeper: sleep: waits for a wake-up at queue[0]",
        "  the wake-up found nobody: waker at step 3",
        "  the thread was about to sleep by then",
    )


def test_who_forgets_to_wake_is_found(failure_of: FailureOf) -> None:
    def program(scheduler: Scheduler) -> None:
        queue, ready = WaitQueue(scheduler, "queue"), Cell(scheduler, "ready", "0", False)

        def sleep() -> None:
            queue.wait_event(ready.read)

        scheduler.thread("sleeper", sleep)
        scheduler.thread("other", lambda: ready.write(True))

    failure = failure_of(program)
    assert failure.kind == "lost wake-up"
    assert failure.details[1:] == (
        "  what the thread waits for is so by now",
        "  nobody has woken it",
    )


def test_a_cycle_of_locks_is_a_deadlock_whatever_else_is_lost(failure_of: FailureOf) -> None:
    def program(scheduler: Scheduler) -> None:
        order = LockOrder(scheduler, checking=False)
        locks = [SpinLock(order, order.lock_class(name), "0") for name in "ab"]
        queue, ready = WaitQueue(scheduler, "queue"), Cell(scheduler, "ready", "0", False)

        def sleep() -> None:
            queue.wait_event(ready.read)

        def both(first: SpinLock, second: SpinLock) -> None:
            with first:
                ready.write(True)
                with second:
                    pass

        scheduler.thread("sleeper", sleep)
        scheduler.thread("t0", lambda: both(locks[0], locks[1]))
        scheduler.thread("t1", lambda: both(locks[1], locks[0]))

    schedule = [Deviation("t0", 3, "t1")]
    assert failure_of(program, StrictReplay(schedule)).kind == "deadlock"


def test_the_lock_is_held_where_the_condition_is_looked_at(run: Run) -> None:
    def program(scheduler: Scheduler) -> None:
        order, queue = LockOrder(scheduler), WaitQueue(scheduler, "queue")
        lock = SpinLock(order, order.lock_class("lock"), "0")
        items: list[int] = []

        def look() -> bool:
            lock.assert_held()
            return bool(items)

        def take() -> None:
            with lock:
                queue.wait_event(look, lock)
                items.pop()

        def put() -> None:
            with lock:
                items.append(1)
            queue.wake_up()

        scheduler.thread("taker", take)
        scheduler.thread("putter", put)

    assert run(program).outcome == Passed()


def completed(*done: str) -> Callable[[Scheduler], None]:
    """Make a program that does this to a completion, and then waits for it twice."""

    def program(scheduler: Scheduler) -> None:
        completion = Completion(scheduler, "0")

        def body() -> None:
            for name in done:
                getattr(completion, name)()
            completion.wait()
            completion.wait()

        scheduler.thread("t0", body)

    return program


def test_a_completion_counts(run: Run, failure_of: FailureOf) -> None:
    assert run(completed("complete", "complete")).outcome == Passed()
    assert run(completed("complete_all")).outcome == Passed()
    assert failure_of(completed("complete")).kind == "deadlock"


def test_a_completion_begun_anew_is_not_done(failure_of: FailureOf) -> None:
    failure = failure_of(completed("complete", "complete", "reinit"))
    assert failure.kind == "lost wake-up"
    assert failure.details[1:] == (
        "  completed by t0 at step 2: body",
        "  forgotten by t0 at step 3: body",
    )


def test_to_begin_anew_what_was_not_done_loses_nothing(failure_of: FailureOf) -> None:
    assert failure_of(completed("reinit")).kind == "deadlock"


@pytest.mark.parametrize(
    "sleep",
    [
        lambda scheduler: WaitQueue(scheduler, "queue").sleep_on(),
        lambda scheduler: WaitQueue(scheduler, "queue").wait_event(lambda: True),
        lambda scheduler: Completion(scheduler, "0").wait(),
        lambda scheduler: Rcu(scheduler).synchronize(),
    ],
)
def test_nobody_sleeps_with_a_spinlock_held(
    sleep: Callable[[Scheduler], None], failure_of: FailureOf
) -> None:
    def program(scheduler: Scheduler) -> None:
        order = LockOrder(scheduler)
        lock = SpinLock(order, order.lock_class("lock"), "0")

        def body() -> None:
            with lock:
                sleep(scheduler)

        scheduler.thread("t0", body)

    assert failure_of(program).kind == "sleep in atomic"


def shelf(scheduler: Scheduler, *, wakes_all: bool) -> None:
    """An auditor and a taker wait at one place, and one of them is woken for each thing put."""
    order = LockOrder(scheduler)
    lock, put = Mutex(order, order.lock_class("shelf"), "0"), WaitQueue(scheduler, "put")
    things: list[str] = []

    def audit() -> None:
        with lock:
            while not things:
                put.sleep_on(lock)

    def take() -> None:
        with lock:
            while not things:
                put.sleep_on(lock)

    def fill() -> None:
        with lock:
            things.append("thing")
            put.wake_up_all() if wakes_all else put.wake_up()

    scheduler.thread("auditor", audit)
    scheduler.thread("taker", take)
    scheduler.thread("filler", fill)


def test_a_deadlock_says_who_had_the_last_wake_up_and_what_became_of_it(
    failure_of: FailureOf,
) -> None:
    failure = failure_of(partial(shelf, wakes_all=False))
    assert failure.signature == "deadlock in take on put"
    woken = failure.details.index("  it woke auditor, which has ended since")
    assert failure.details[woken - 1].startswith("  the last wake-up there: filler at step ")


def test_all_are_woken_and_nobody_waits_on(run: Run) -> None:
    assert run(partial(shelf, wakes_all=True)).outcome == Passed()


def test_who_was_woken_and_sleeps_again_is_said_to(failure_of: FailureOf) -> None:
    def program(scheduler: Scheduler) -> None:
        order = LockOrder(scheduler)
        lock, set_ = Mutex(order, order.lock_class("event"), "0"), WaitQueue(scheduler, "set")
        flag = {"set": False}

        def wait() -> None:
            with lock:
                while not flag["set"]:
                    set_.sleep_on(lock)

        def pulse() -> None:
            with lock:
                flag["set"] = True
                set_.wake_up()
                flag["set"] = False

        scheduler.thread("waiter", wait)
        scheduler.thread("pulser", pulse)

    assert "  it woke waiter, which waits for a wake-up at set[0]" in failure_of(program).details


def test_a_sleeper_whom_nobody_has_woken_is_said_to_be_one(failure_of: FailureOf) -> None:
    failure = failure_of(sleepers(1, lambda queue: None))
    assert "  nobody has woken anybody there" in failure.details


# Timeouts.


def waits_for_a_while(scheduler: Scheduler, *, how: str) -> None:
    """Somebody waits until a word is set, and no longer than it likes."""
    order, queue = LockOrder(scheduler), WaitQueue(scheduler, "queue")
    lock = Mutex(order, order.lock_class("lock"), "0")
    ready, done = Cell(scheduler, "ready", "0", False), Completion(scheduler, "0")

    def waits() -> None:
        if how == "wait_event":
            came = queue.wait_event_timeout(ready.read, 1.0)
        elif how == "sleep_on":
            with lock:
                came = bool(ready.value) or queue.sleep_on(lock, 1.0)
        else:
            came = done.wait(1.0)
        if not came:
            scheduler.fail(Failure("time is up", "it did not come"))
        if not ready.value:
            scheduler.fail(Failure("too early", "it has not come"))

    def sets() -> None:
        with lock:
            ready.write(True)
            queue.wake_up()
        done.complete()

    scheduler.thread("waits", waits)
    scheduler.thread("sets", sets)


@pytest.mark.parametrize("how", ["wait_event", "sleep_on", "wait"])
def test_a_wait_ends_when_it_comes_or_when_the_time_is_up(pinned: OsThreads, how: str) -> None:
    explored = agree(partial(waits_for_a_while, how=how), pinned)
    assert explored is not None
    assert set(explored.failures) == {"time is up"}


def test_what_has_come_when_the_time_is_up_has_come(run: Run) -> None:
    """The condition is looked at once more, and nobody has woken it."""
    came = []

    def program(scheduler: Scheduler) -> None:
        queue, ready = WaitQueue(scheduler, "queue"), Cell(scheduler, "ready", "0", False)
        scheduler.thread("waits", lambda: came.append(queue.wait_event_timeout(ready.read, 1.0)))
        scheduler.thread("sets", lambda: ready.write(True))

    assert run(program).outcome == Passed()
    assert came == [True]


def test_who_gave_up_takes_nobody_s_wake_up(run: Run) -> None:
    def program(scheduler: Scheduler) -> None:
        queue = WaitQueue(scheduler, "queue")

        def gives_up() -> None:
            assert not queue.sleep_on(timeout=0)
            assert not queue.wait_event_timeout(lambda: False, 0)

        scheduler.thread("gives up", gives_up)
        scheduler.thread("sleeps", queue.sleep_on)
        scheduler.thread("wakes", queue.wake_up)

    assert run(program).outcome == Passed()


def test_a_completion_is_waited_for_a_while(run: Run) -> None:
    came = []

    def program(scheduler: Scheduler) -> None:
        completion = Completion(scheduler, "0")

        def body() -> None:
            came.extend([completion.wait(0), completion.wait(1.0)])
            completion.complete()
            came.extend([completion.wait(1.0), completion.wait(0)])

        scheduler.thread("t0", body)

    assert run(program).outcome == Passed()
    assert came == [False, False, True, False]


def test_who_sleeps_idly_is_no_deadlock_and_is_roused_from_outside(carriers: OsThreads) -> None:
    told: list[bool] = []

    def program(scheduler: Scheduler) -> None:
        queue = WaitQueue(scheduler, "wait")

        def rouse() -> bool:
            told.append(queue.asleep)
            queue.rouse()
            return True

        scheduler.on_quiescence = rouse
        scheduler.thread("sleeper", lambda: queue.wait_event(lambda: bool(told), idle=True))

    assert execute(program, Quiet(), carriers).outcome == Passed()
    assert told == [True]


def test_who_sleeps_for_something_is_a_deadlock_all_the_same(carriers: OsThreads) -> None:
    def program(scheduler: Scheduler) -> None:
        queue = WaitQueue(scheduler, "wait")
        scheduler.on_quiescence = lambda: True
        scheduler.thread("sleeper", lambda: queue.wait_event(lambda: False))

    outcome = execute(program, Quiet(), carriers).outcome
    assert isinstance(outcome, Failed)
    assert outcome.failure.kind == "deadlock"
