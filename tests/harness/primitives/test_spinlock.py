# SPDX-License-Identifier: GPL-2.0-only
"""Does a spinlock keep the kernel's rules, and stay silent where they are kept?

The rules: one owner at a time, no recursion, only the owner unlocks, and classes taken with
interrupts off are never taken with interrupts on.
"""

from collections.abc import Callable
from contextlib import suppress

import pytest

from harness import (
    Cell,
    Deviation,
    Execution,
    Failure,
    LockOrder,
    Passed,
    Scheduler,
    SpinLock,
    Stream,
    local_irq_disable,
    local_irq_enable,
)
from harness.schedule.replay import StrictReplay
from harness.search.strategies.random_walk import RandomWalk

Program = Callable[[Scheduler], None]
Run = Callable[..., Execution]
FailureOf = Callable[..., Failure]
Use = Callable[[Scheduler, SpinLock], None]


def one_thread(use: Use, *, irqs_off: bool = False) -> Program:
    """Make a program of one thread that uses one lock, ap_list_lock[vcpu0]."""

    def program(scheduler: Scheduler) -> None:
        order = LockOrder(scheduler)
        lock = SpinLock(order, order.lock_class("ap_list_lock", irqs_off=irqs_off), "vcpu0")

        def uses_lock() -> None:
            use(scheduler, lock)

        scheduler.thread("dev0", uses_lock)

    return program


def two_threads(first: Use, second: Use) -> Program:
    def program(scheduler: Scheduler) -> None:
        order = LockOrder(scheduler)
        lock = SpinLock(order, order.lock_class("ap_list_lock"), "vcpu0")
        scheduler.thread("dev0", lambda: first(scheduler, lock))
        scheduler.thread("dev1", lambda: second(scheduler, lock))

    return program


def test_the_owner_is_who_took_it_until_it_is_unlocked(run: Run) -> None:
    owners = []

    def use(scheduler: Scheduler, lock: SpinLock) -> None:
        owners.append(lock.owner)
        lock.lock()
        owners.append(lock.owner)
        assert lock.owner is scheduler.current
        lock.unlock()
        owners.append(lock.owner)

    assert run(one_thread(use)).outcome == Passed()
    assert [str(owner) for owner in owners] == ["None", "dev0", "None"]


@pytest.mark.parametrize("seed", range(20))
def test_two_threads_are_never_inside_at_once(run: Run, seed: int) -> None:
    inside: list[str] = []

    def use(scheduler: Scheduler, lock: SpinLock) -> None:
        cell = Cell(scheduler, "cell", "0", 0)
        for _ in range(3):
            with lock:
                inside.append("in")
                cell.read()
                assert len(inside) == 1
                inside.clear()

    assert run(two_threads(use, use), RandomWalk(Stream(seed), 20)).outcome == Passed()


def test_a_waiter_goes_on_when_the_owner_has_unlocked(run: Run) -> None:
    events = []

    def holds(scheduler: Scheduler, lock: SpinLock) -> None:
        with lock:
            Cell(scheduler, "cell", "0", 0).read()
            events.append("dev0 leaves")

    def waits(_: Scheduler, lock: SpinLock) -> None:
        with lock:
            events.append("dev1 enters")

    schedule = StrictReplay([Deviation("dev0", 2, "dev1")])
    assert run(two_threads(holds, waits), schedule).outcome == Passed()
    assert events == ["dev0 leaves", "dev1 enters"]


def test_a_block_that_raises_releases_its_lock(run: Run) -> None:
    """Whoever catches that outside goes on without it, and others get it."""

    def raises(_: Scheduler, lock: SpinLock) -> None:
        with suppress(LookupError), lock:
            raise LookupError
        assert lock.owner is None

    def takes(_: Scheduler, lock: SpinLock) -> None:
        with lock:
            pass

    assert run(two_threads(raises, takes)).outcome == Passed()


def test_what_was_locked_by_hand_stays_held_after_an_exception(failure_of: FailureOf) -> None:
    def raises(_: Scheduler, lock: SpinLock) -> None:
        with suppress(LookupError):
            lock.lock()
            raise LookupError

    assert failure_of(one_thread(raises)).kind == "lock held at exit"


def test_an_exception_is_what_is_wrong_whatever_its_block_has_left_behind(
    failure_of: FailureOf,
) -> None:
    """Neither a lock released already nor what it guards, half done, is said instead."""

    def use(scheduler: Scheduler, lock: SpinLock) -> None:
        lock.on_unlock = lambda: scheduler.fail(Failure("half done", "it is judged too early"))
        with lock:
            raise LookupError("mine")

    def released(_: Scheduler, lock: SpinLock) -> None:
        with lock:
            lock.unlock()
            raise LookupError("mine")

    for uses in (use, released):
        assert failure_of(one_thread(uses)).message == "LookupError: mine"


def test_what_a_block_that_raised_left_behind_is_judged_at_the_next_release(
    failure_of: FailureOf,
) -> None:
    def use(scheduler: Scheduler, lock: SpinLock) -> None:
        lock.on_unlock = lambda: scheduler.fail(Failure("half done", "nobody has mended it"))
        with suppress(LookupError), lock:
            raise LookupError
        with lock:
            pass

    assert failure_of(one_thread(use)).kind == "half done"


def test_taking_a_lock_one_already_holds_is_recursion(failure_of: FailureOf) -> None:
    def use(_: Scheduler, lock: SpinLock) -> None:
        lock.lock()
        lock.lock()

    failure = failure_of(one_thread(use))
    assert failure.kind == "lock recursion"
    assert failure.functions == ("use",)
    assert failure.lock_classes == ("ap_list_lock",)
    assert "ap_list_lock[vcpu0]" in failure.message


def test_recursion_is_recursion_in_a_subclass_too(failure_of: FailureOf) -> None:
    def use(_: Scheduler, lock: SpinLock) -> None:
        lock.lock()
        lock.lock(1)

    assert failure_of(one_thread(use)).kind == "lock recursion"


def test_taking_a_lock_again_after_unlocking_is_silent(run: Run) -> None:
    def use(_: Scheduler, lock: SpinLock) -> None:
        for _again in range(3):
            lock.lock()
            lock.unlock()

    assert run(one_thread(use)).outcome == Passed()


def test_unlocking_what_nobody_holds_is_a_failure(failure_of: FailureOf) -> None:
    def use(_: Scheduler, lock: SpinLock) -> None:
        lock.unlock()

    failure = failure_of(one_thread(use))
    assert failure.kind == "lock unlocked by another"
    assert "nobody holds it" in failure.message
    assert failure.functions == ("use",)


def test_unlocking_what_another_holds_is_a_failure(failure_of: FailureOf) -> None:
    def holds(scheduler: Scheduler, lock: SpinLock) -> None:
        with lock:
            Cell(scheduler, "cell", "0", 0).read()

    def unlocks(_: Scheduler, lock: SpinLock) -> None:
        lock.unlock()

    failure = failure_of(two_threads(holds, unlocks), StrictReplay([Deviation("dev0", 2, "dev1")]))
    assert failure.kind == "lock unlocked by another"
    assert "dev1 in unlocks does not hold ap_list_lock[vcpu0]: dev0 holds it" in failure.message


def test_asserting_a_lock_that_is_not_held_fails(failure_of: FailureOf) -> None:
    def needs_the_lock(_: Scheduler, lock: SpinLock) -> None:
        lock.assert_held()

    failure = failure_of(one_thread(needs_the_lock))
    assert failure.kind == "lock not held"
    assert failure.functions == ("needs_the_lock",)


def test_asserting_a_lock_that_only_another_holds_fails(failure_of: FailureOf) -> None:
    def holds(scheduler: Scheduler, lock: SpinLock) -> None:
        with lock:
            Cell(scheduler, "cell", "0", 0).read()

    def asserts(_: Scheduler, lock: SpinLock) -> None:
        lock.assert_held()

    failure = failure_of(two_threads(holds, asserts), StrictReplay([Deviation("dev0", 2, "dev1")]))
    assert failure.kind == "lock not held"
    assert "dev0 holds it" in failure.message


def test_asserting_a_lock_one_holds_is_silent(run: Run) -> None:
    def use(_: Scheduler, lock: SpinLock) -> None:
        with lock:
            lock.assert_held()

    assert run(one_thread(use)).outcome == Passed()


def test_a_lock_of_an_irqs_off_class_with_interrupts_on_is_a_failure(
    failure_of: FailureOf,
) -> None:
    def use(_: Scheduler, lock: SpinLock) -> None:
        lock.lock()

    failure = failure_of(one_thread(use, irqs_off=True))
    assert failure.kind == "irqs on"
    assert failure.functions == ("use",)
    assert failure.lock_classes == ("ap_list_lock",)


def test_interrupts_turned_on_again_too_early_are_noticed(failure_of: FailureOf) -> None:
    def use(scheduler: Scheduler, lock: SpinLock) -> None:
        local_irq_disable(scheduler)
        local_irq_enable(scheduler)
        lock.lock()

    assert failure_of(one_thread(use, irqs_off=True)).kind == "irqs on"


def test_one_threads_interrupts_are_not_anothers(failure_of: FailureOf) -> None:
    def program(scheduler: Scheduler) -> None:
        order = LockOrder(scheduler)
        lock = SpinLock(order, order.lock_class("ap_list_lock", irqs_off=True), "0")
        scheduler.thread("dev0", lambda: local_irq_disable(scheduler))
        scheduler.thread("dev1", lock.lock)

    assert failure_of(program).kind == "irqs on"


def test_a_lock_of_an_irqs_off_class_with_interrupts_off_is_silent(run: Run) -> None:
    def use(scheduler: Scheduler, lock: SpinLock) -> None:
        local_irq_disable(scheduler)
        with lock:
            pass
        local_irq_enable(scheduler)

    assert run(one_thread(use, irqs_off=True)).outcome == Passed()


def test_irqsave_takes_an_irqs_off_lock_silently(run: Run) -> None:
    def use(_: Scheduler, lock: SpinLock) -> None:
        irqs_were_off = lock.lock_irqsave()
        lock.unlock_irqrestore(irqs_were_off)

    assert run(one_thread(use, irqs_off=True)).outcome == Passed()


def test_any_other_class_may_be_taken_with_interrupts_on(run: Run) -> None:
    def use(_: Scheduler, lock: SpinLock) -> None:
        with lock:
            pass

    assert run(one_thread(use)).outcome == Passed()


@pytest.mark.parametrize("off_before", [False, True])
def test_irqrestore_puts_interrupts_back_to_what_they_were(run: Run, off_before: bool) -> None:
    seen = []

    def use(scheduler: Scheduler, lock: SpinLock) -> None:
        if off_before:
            local_irq_disable(scheduler)
        irqs_were_off = lock.lock_irqsave()
        seen.append(scheduler.current.irqs_off)
        lock.unlock_irqrestore(irqs_were_off)
        seen.append(scheduler.current.irqs_off)

    assert run(one_thread(use, irqs_off=True)).outcome == Passed()
    assert seen == [True, off_before]


def test_the_check_at_unlock_runs_while_the_lock_is_still_held(run: Run) -> None:
    seen = []

    def use(scheduler: Scheduler, lock: SpinLock) -> None:
        lock.on_unlock = lambda: seen.append(lock.owner is scheduler.current)
        with lock:
            assert seen == []

    assert run(one_thread(use)).outcome == Passed()
    assert seen == [True]


def test_taking_a_lock_is_a_scheduling_point_and_unlocking_is_none(
    run: Run, story: Callable[[Execution], list[str]]
) -> None:
    def use(_: Scheduler, lock: SpinLock) -> None:
        lock.lock()
        lock.unlock()

    assert story(run(one_thread(use))) == ["dev0: lock ap_list_lock[vcpu0]", "dev0: exit"]
