# SPDX-License-Identifier: GPL-2.0-only
"""Does a timer fire when it may, once for each time it is armed, and not after it was taken off?"""

from collections.abc import Callable
from functools import partial

import pytest

from harness import (
    Cell,
    Completion,
    Event,
    Execution,
    Failure,
    HostInterrupt,
    KmemCache,
    LockOrder,
    Mutex,
    OsThreads,
    Passed,
    Scheduler,
    SlabObject,
    SpinLock,
    Stream,
    StrictReplay,
    Timer,
    every_behaviour,
    execute,
    kfree,
    some_schedules,
)
from harness.engine import IN_A_ROW
from harness.engine.timeouts import RETRIES
from harness.search.strategies import STRATEGIES
from tests.programs.agreeing import agree

Run = Callable[..., Execution]
FailureOf = Callable[..., Failure]
Story = Callable[[Execution], list[str]]


class Device(SlabObject):
    """What a timer's function uses."""


def removed(scheduler: Scheduler, *, sync: bool) -> None:
    """A device is freed when its timer is off; whether the function is over is the question."""
    device, cell = Device(KmemCache(scheduler, "device")), Cell(scheduler, "cell", "0", 0)

    def expires() -> None:
        cell.read()
        device.use()

    timer = Timer(scheduler, "0", expires)

    def remove() -> None:
        timer.mod_timer()
        if sync:
            timer.del_timer_sync()
        else:
            timer.del_timer()
        kfree(device)

    scheduler.thread("remove", remove)


def test_a_timer_only_taken_off_is_found_and_one_waited_for_is_not(
    pinned: OsThreads, run: Run
) -> None:
    (found,) = every_behaviour(partial(removed, sync=False), pinned).failures.values()
    assert found.first.outcome.failure.kind == "use after free"  # type: ignore[union-attr]
    again = run(partial(removed, sync=False), StrictReplay(found.schedule))
    assert again.digest == found.first.digest
    assert every_behaviour(partial(removed, sync=True), pinned).passed


def test_some_schedules_are_enough_to_find_it(pinned: OsThreads) -> None:
    assert len(some_schedules(partial(removed, sync=False), pinned).failures) == 1
    assert not some_schedules(partial(removed, sync=True), pinned, executions=60).failures


def re_armed(scheduler: Scheduler) -> None:
    cell = Cell(scheduler, "cell", "0", 0)
    timer = Timer(scheduler, "0", cell.read)
    scheduler.thread("arms", timer.mod_timer)
    scheduler.thread("takes off", timer.del_timer)


def periodic(scheduler: Scheduler) -> None:
    """The function arms its timer anew, until that is taken off."""
    timer = Timer(scheduler, "0", lambda: timer.mod_timer())

    def arms() -> None:
        timer.mod_timer()
        timer.del_timer_sync()

    scheduler.thread("arms", arms)


@pytest.mark.parametrize("program", [re_armed, periodic, partial(removed, sync=False)])
def test_brute_force_and_reduction_agree(
    pinned: OsThreads, program: Callable[[Scheduler], None]
) -> None:
    assert agree(program, pinned) is not None


def test_it_fires_when_nobody_else_can_go_on_as_a_handler_and_once(run: Run, story: Story) -> None:
    def program(scheduler: Scheduler) -> None:
        cell = Cell(scheduler, "cell", "0", 0)
        timer = Timer(scheduler, "0", cell.read)

        def body() -> None:
            timer.mod_timer()
            cell.write(1)

        scheduler.thread("t0", body)

    assert story(run(program)) == [
        "t0: mod_timer timer[0]",
        "t0: write cell[0]",
        "t0: exit",
        "timer[0]: fire timer[0]",
        "timer[0]:   enter timer[0] on top of timer[0]",
        "timer[0]: read cell[0]",
        "timer[0]:   leave timer[0]",
    ]


def test_arming_and_taking_off_say_whether_it_was_armed(run: Run) -> None:
    seen = []

    def program(scheduler: Scheduler) -> None:
        timer = Timer(scheduler, "0", lambda: None)

        def body() -> None:
            seen.extend([timer.mod_timer(), timer.mod_timer(), timer.del_timer()])
            seen.extend([timer.del_timer(), timer.mod_timer(), timer.del_timer_sync()])

        scheduler.thread("t0", body)

    assert run(program).outcome == Passed()
    assert seen == [False, True, True, False, False, True]


def test_its_function_must_not_sleep(failure_of: FailureOf) -> None:
    def program(scheduler: Scheduler) -> None:
        order = LockOrder(scheduler)
        mutex = Mutex(order, order.lock_class("mutex"), "0")
        timer = Timer(scheduler, "0", mutex.lock)
        scheduler.thread("t0", timer.mod_timer)

    failure = failure_of(program)
    assert failure.kind == "sleep in a handler"


def leaves(scheduler: Scheduler, what: str, *, unlocks: bool) -> None:
    """A handler takes a lock; whether it unlocks it is the question."""
    order = LockOrder(scheduler)
    lock = SpinLock(order, order.lock_class("lock"), "0")

    def handles() -> None:
        lock.lock()
        if unlocks:
            lock.unlock()

    if what == "timer":
        scheduler.thread("t0", Timer(scheduler, "0", handles).mod_timer)
    else:
        scheduler.thread("t0", HostInterrupt(scheduler, "7", "t0", handles).assert_line)


@pytest.mark.parametrize(
    ("what", "message"),
    [
        ("timer", "timer[0] holds lock[0] after the handler timer[0]"),
        ("interrupt", "t0 holds lock[0] after the handler interrupt[7]"),
    ],
)
def test_a_handler_leaves_no_lock_behind(
    run: Run, failure_of: FailureOf, what: str, message: str
) -> None:
    assert run(partial(leaves, what=what, unlocks=True)).outcome == Passed()
    failure = failure_of(partial(leaves, what=what, unlocks=False))
    assert failure.signature == f"lock held after a handler on {what}"
    assert failure.message == message


def locked(scheduler: Scheduler, *, holds: bool) -> None:
    """The function takes a lock that who waits for its end holds, or does not hold."""
    order = LockOrder(scheduler)
    lock = SpinLock(order, order.lock_class("lock"), "0")

    def expires() -> None:
        with lock:
            pass

    timer = Timer(scheduler, "0", expires)

    def stops() -> None:
        timer.mod_timer()
        flags = lock.lock_irqsave()
        if holds:
            timer.del_timer_sync()
        lock.unlock_irqrestore(flags)
        timer.del_timer_sync()

    scheduler.thread("stops", stops)


def test_to_wait_for_it_with_its_lock_held_is_a_deadlock_that_names_both(
    pinned: OsThreads,
) -> None:
    wrong = every_behaviour(partial(locked, holds=True), pinned)
    assert set(wrong.failures) == {"deadlock in expires, stops on lock, timer"}
    (found,) = wrong.failures.values()
    assert found.first.outcome.failure.message == (  # type: ignore[union-attr]
        "timer[0] waits for lock[0] held by stops; "
        "stops waits for the function of timer[0] to be over"
    )
    assert every_behaviour(partial(locked, holds=False), pinned).passed


def test_it_cannot_wait_for_itself(failure_of: FailureOf) -> None:
    def program(scheduler: Scheduler) -> None:
        def expires() -> None:
            timer.del_timer_sync()

        timer = Timer(scheduler, "0", expires)
        scheduler.thread("t0", timer.mod_timer)

    failure = failure_of(program)
    assert failure.signature == "deadlock in expires on timer"
    assert failure.message == "the function of timer[0] waits in expires for its own end"


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_a_periodic_one_keeps_nobody_from_going_on(pinned: OsThreads, strategy: str) -> None:
    for seed in range(15):
        stream = Stream("periodic", seed)
        outcome = execute(periodic, STRATEGIES[strategy](stream, 12), pinned, steps_max=200).outcome
        assert outcome == Passed()


def test_one_that_nobody_takes_off_is_over_some_time(run: Run, story: Story) -> None:
    def program(scheduler: Scheduler) -> None:
        for name in "ab":
            timer = Timer(scheduler, name, partial(again, name))
            timers[name] = timer
        scheduler.thread("t0", lambda: [timer.mod_timer() for timer in timers.values()])

    timers: dict[str, Timer] = {}

    def again(name: str) -> None:
        timers[name].mod_timer()

    fired = [line for line in story(run(program)) if " fire " in line]
    assert len(fired) == 2 * IN_A_ROW


def test_a_deadlock_shows_though_a_periodic_timer_lives(failure_of: FailureOf) -> None:
    def program(scheduler: Scheduler) -> None:
        event, timer = Event(scheduler, "0"), Timer(scheduler, "0", lambda: timer.mod_timer())

        def body() -> None:
            timer.mod_timer()
            event.wait()

        scheduler.thread("t0", body)

    failure = failure_of(program, steps_max=400)
    assert failure.kind == "deadlock"


def test_one_is_set_up_inside_the_execution_too(run: Run) -> None:
    def program(scheduler: Scheduler) -> None:
        def body() -> None:
            timer = Timer(scheduler, "0", lambda: None)
            timer.mod_timer()

        scheduler.thread("t0", body)

    assert "fire timer[0]" in [str(entry) for entry in run(program).trace]


def stopped(scheduler: Scheduler, *, sync: bool) -> None:
    """A periodic timer is stopped; whether it fires any more is the question."""
    timer = Timer(scheduler, "0", lambda: expires())
    over: list[bool] = []

    def expires() -> None:
        assert not over, "fires after it was stopped"
        timer.mod_timer()

    def stops() -> None:
        timer.mod_timer()
        if sync:
            assert timer.del_timer_sync()
        else:
            timer.del_timer()
        over.append(True)

    scheduler.thread("stops", stops)


def test_one_that_arms_itself_is_stopped_by_who_waits_for_it_and_by_no_other(
    pinned: OsThreads,
) -> None:
    assert every_behaviour(partial(stopped, sync=True), pinned).passed
    (found,) = every_behaviour(partial(stopped, sync=False), pinned).failures.values()
    assert "fires after it was stopped" in found.first.outcome.failure.message  # type: ignore[union-attr]


def backs_off(scheduler: Scheduler, *, tries: int) -> None:
    """A device answers after so many tries of a timer; the program waits for the answer."""
    answer, tried = Completion(scheduler, "answer"), list[int]()

    def expires() -> None:
        tried.append(1)
        if len(tried) == tries:
            answer.complete()
        else:
            timer.mod_timer()

    timer = Timer(scheduler, "0", expires)

    def asks() -> None:
        timer.mod_timer()
        answer.wait()

    scheduler.thread("asks", asks)


def test_who_waits_for_what_a_timer_tries_again_and_again_gets_it(pinned: OsThreads) -> None:
    explored = every_behaviour(partial(backs_off, tries=IN_A_ROW + 2), pinned)
    assert explored.passed
    assert not some_schedules(partial(backs_off, tries=30), pinned, executions=10).failures


def test_what_it_tries_for_ever_is_a_deadlock(run: Run, failure_of: FailureOf) -> None:
    assert run(partial(backs_off, tries=RETRIES)).outcome == Passed()
    assert failure_of(partial(backs_off, tries=RETRIES + 1)).kind == "deadlock"
