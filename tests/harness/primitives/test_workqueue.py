# SPDX-License-Identifier: GPL-2.0-only
"""Is work done once for each time it is queued, never twice at once, and waited for rightly?"""

from collections.abc import Callable
from functools import partial

import pytest

from harness import (
    Cell,
    Completion,
    Execution,
    Failure,
    KmemCache,
    LockOrder,
    Mutex,
    OsThreads,
    Passed,
    Scheduler,
    SlabObject,
    SpinLock,
    StrictReplay,
    Work,
    WorkQueue,
    every_behaviour,
    kfree,
    some_schedules,
)
from tests.programs.agreeing import agree

Run = Callable[..., Execution]
FailureOf = Callable[..., Failure]
Story = Callable[[Execution], list[str]]


class Device(SlabObject):
    """What a work item uses."""


def removed(scheduler: Scheduler, *, how: str) -> None:
    """A device is freed when its work is off the queue; whether it is done is the question."""
    device, cell = Device(KmemCache(scheduler, "device")), Cell(scheduler, "cell", "0", 0)
    queue = WorkQueue(scheduler, "0")

    def does() -> None:
        cell.read()
        device.use()

    work = Work("0", does)

    def remove() -> None:
        queue.queue_work(work)
        getattr(queue, how)(work)
        kfree(device)

    scheduler.thread("remove", remove)


@pytest.mark.parametrize("how", ["cancel_work_sync", "flush_work"])
def test_work_that_is_waited_for_is_done(pinned: OsThreads, how: str) -> None:
    assert every_behaviour(partial(removed, how=how), pinned).passed


def test_work_only_taken_off_may_be_under_way(pinned: OsThreads, run: Run) -> None:
    program = partial(removed, how="cancel_work")
    (found,) = every_behaviour(program, pinned).failures.values()
    assert found.first.outcome.failure.kind == "use after free"  # type: ignore[union-attr]
    assert run(program, StrictReplay(found.schedule)).digest == found.first.digest
    assert len(some_schedules(program, pinned, executions=60).failures) == 1


def by_two(scheduler: Scheduler, *, workers: int, flushes: bool = False) -> None:
    """Two queue one item, which counts without a lock: that is right, since it runs alone."""
    queue, count = WorkQueue(scheduler, "0", workers), Cell(scheduler, "count", "0", 0)
    queued: list[bool] = []

    def counts() -> None:
        count.write(count.read() + 1)

    work = Work("0", counts)

    def queues() -> None:
        queued.append(queue.queue_work(work))
        if flushes:
            queue.flush_work(work)

    def left() -> Failure | None:
        wrong = count.value != sum(queued)
        return Failure("miscounted", f"{count.value} of {sum(queued)}") if wrong else None

    scheduler.at_end.append(left)
    for number in range(2):
        scheduler.thread(f"t{number}", queues)


@pytest.mark.parametrize("workers", [1, 2])
def test_an_item_is_done_as_often_as_it_was_queued_and_never_twice_at_once(
    pinned: OsThreads, workers: int
) -> None:
    assert every_behaviour(partial(by_two, workers=workers), pinned).passed


def two_items(scheduler: Scheduler, *, workers: int) -> None:
    """Two items count the same without a lock: that is right on an ordered queue only."""
    queue, count = WorkQueue(scheduler, "0", workers), Cell(scheduler, "count", "0", 0)

    def counts() -> None:
        count.write(count.read() + 1)

    def queues() -> None:
        for work in works:
            queue.queue_work(work)
        for work in works:
            queue.flush_work(work)
        if count.value != 2:
            scheduler.fail(Failure("lost update", "two items, and one counted"))

    works = [Work(str(number), counts) for number in range(2)]
    scheduler.thread("queues", queues)


def test_items_run_beside_each_other_if_there_are_workers(pinned: OsThreads) -> None:
    assert set(every_behaviour(partial(two_items, workers=2), pinned).failures) == {"lost update"}
    assert every_behaviour(partial(two_items, workers=1), pinned).passed


def cancelled(scheduler: Scheduler) -> None:
    queue, cell = WorkQueue(scheduler, "0"), Cell(scheduler, "cell", "0", 0)
    one, other = (Work(str(number), cell.read) for number in range(2))
    scheduler.thread("a", lambda: queue.queue_work(one))
    scheduler.thread("b", lambda: queue.cancel_work(one))
    scheduler.thread("c", lambda: queue.queue_work(other))


@pytest.mark.parametrize(
    "program",
    [
        partial(removed, how="cancel_work"),
        partial(removed, how="cancel_work_sync"),
        partial(removed, how="flush_work"),
        partial(by_two, workers=1),
    ],
)
def test_brute_force_and_reduction_agree(
    pinned: OsThreads, program: Callable[[Scheduler], None]
) -> None:
    assert agree(program, pinned) is not None


def test_what_is_cancelled_is_not_done(pinned: OsThreads) -> None:
    assert every_behaviour(cancelled, pinned).passed


def by_another_queue(scheduler: Scheduler, *, how: str) -> None:
    """An item is queued on one queue; another is asked to wait for it, or to take it off."""
    device, cell = Device(KmemCache(scheduler, "device")), Cell(scheduler, "cell", "0", 0)
    queue, other = (WorkQueue(scheduler, str(number)) for number in range(2))

    def does() -> None:
        cell.read()
        device.use()

    work = Work("0", does)

    def remove() -> None:
        queue.queue_work(work)
        getattr(other, how)(work)
        kfree(device)

    scheduler.thread("remove", remove)


@pytest.mark.parametrize("how", ["cancel_work_sync", "flush_work", "cancel_work"])
def test_any_queue_waits_for_an_item_or_takes_it_off(pinned: OsThreads, how: str) -> None:
    explored = agree(partial(by_another_queue, how=how), pinned)
    assert explored is not None
    kinds = [signature.partition(" in ")[0] for signature in explored.failures]
    assert kinds == (["use after free"] if how == "cancel_work" else [])


def test_what_another_queue_takes_off_is_not_done(run: Run) -> None:
    seen = []

    def program(scheduler: Scheduler) -> None:
        queue, other = (WorkQueue(scheduler, str(number)) for number in range(2))
        work = Work("0", lambda: scheduler.fail(Failure("done", "it was taken off")))

        def body() -> None:
            for cancel in (other.cancel_work_sync, other.cancel_work):
                queue.queue_work(work)
                seen.extend([cancel(work), cancel(work)])

        scheduler.thread("t0", body)

    assert run(program).outcome == Passed()
    assert seen == [True, False, True, False]


def test_an_item_that_runs_for_one_queue_begins_for_another_when_it_is_over(
    pinned: OsThreads,
) -> None:
    def program(scheduler: Scheduler) -> None:
        queues = [WorkQueue(scheduler, str(number)) for number in range(2)]
        count = Cell(scheduler, "count", "0", 0)
        queued: list[bool] = []
        work = Work("0", lambda: count.write(count.read() + 1))

        def body() -> None:
            queued.extend(queue.queue_work(work) for queue in queues)

        def left() -> Failure | None:
            wrong = count.value != sum(queued)
            return Failure("miscounted", f"{count.value} of {sum(queued)}") if wrong else None

        scheduler.at_end.append(left)
        scheduler.thread("t0", body)

    explored = agree(program, pinned)
    assert explored is not None
    assert explored.passed


def test_queueing_says_whether_it_was_pending_and_cancelling_too(run: Run) -> None:
    seen = []

    def program(scheduler: Scheduler) -> None:
        queue, work = WorkQueue(scheduler, "0"), Work("0", lambda: None)

        def body() -> None:
            seen.extend([queue.queue_work(work), queue.queue_work(work)])
            seen.extend([queue.cancel_work(work), queue.cancel_work(work)])
            seen.extend([queue.flush_work(work), queue.queue_work(work), queue.flush_work(work)])
            seen.extend([queue.cancel_work_sync(work), queue.flush_work(work)])

        scheduler.thread("t0", body)

    assert run(program).outcome == Passed()
    assert seen == [True, False, True, False, False, True, True, False, False]


def test_an_item_queued_while_it_runs_is_done_again(run: Run, story: Story) -> None:
    def program(scheduler: Scheduler) -> None:
        queue = WorkQueue(scheduler, "0")
        left = [True]

        def does() -> None:
            if left:
                left.pop()
                assert queue.queue_work(work)

        work = Work("0", does)
        scheduler.thread("t0", lambda: queue.queue_work(work))

    lines = story(run(program))
    assert lines.count("kworker/0:0: next_work workqueue[0]") == 2


def test_nobody_queues_what_is_being_cancelled(pinned: OsThreads) -> None:
    """Its function queues it again, so there is always one more if nobody prevents that."""

    def program(scheduler: Scheduler) -> None:
        queue, over = WorkQueue(scheduler, "0"), Cell(scheduler, "over", "0", False)
        turns = list(range(3))

        def does() -> None:
            if over.read():
                scheduler.fail(Failure("too late", "it was cancelled"))
            if turns:
                turns.pop()
                queue.queue_work(work)

        work = Work("0", does)

        def cancels() -> None:
            queue.queue_work(work)
            queue.cancel_work_sync(work)
            over.write(True)

        scheduler.thread("cancels", cancels)

    assert not some_schedules(program, pinned, executions=60).failures


def test_work_may_sleep_and_leaves_no_lock_behind(run: Run, failure_of: FailureOf) -> None:
    def program(scheduler: Scheduler, *, leaves: bool) -> None:
        order, queue = LockOrder(scheduler), WorkQueue(scheduler, "0")
        mutex = Mutex(order, order.lock_class("mutex"), "0")

        def does() -> None:
            mutex.lock()
            if not leaves:
                mutex.unlock()

        scheduler.thread("t0", lambda: queue.queue_work(Work("0", does)))

    assert run(partial(program, leaves=False)).outcome == Passed()
    failure = failure_of(partial(program, leaves=True))
    assert failure.kind == "lock held after work"
    assert failure.message == "kworker/0:0 holds mutex[0] after work[0]"


@pytest.mark.parametrize("how", ["flush_work", "cancel_work_sync"])
def test_to_wait_with_its_lock_held_is_a_deadlock_that_names_both(
    pinned: OsThreads, how: str
) -> None:
    def program(scheduler: Scheduler) -> None:
        order, queue = LockOrder(scheduler), WorkQueue(scheduler, "0")
        mutex = Mutex(order, order.lock_class("mutex"), "0")

        def does() -> None:
            with mutex:
                pass

        work = Work("0", does)

        def waits() -> None:
            with mutex:
                queue.queue_work(work)
                getattr(queue, how)(work)

        scheduler.thread("waits", waits)

    failures = every_behaviour(program, pinned).failures
    assert set(failures) == {"deadlock in does, waits on mutex, work"}


@pytest.mark.parametrize("how", ["flush_work", "cancel_work_sync"])
def test_it_cannot_wait_for_itself(failure_of: FailureOf, how: str) -> None:
    def program(scheduler: Scheduler) -> None:
        queue = WorkQueue(scheduler, "0")

        def does() -> None:
            getattr(queue, how)(work)

        work = Work("0", does)
        scheduler.thread("t0", lambda: queue.queue_work(work))

    failure = failure_of(program)
    assert failure.signature == "deadlock in does on work"
    assert failure.message == "in does: work[0] waits for its own end"


def test_nobody_waits_for_work_with_a_spinlock_held(failure_of: FailureOf) -> None:
    def program(scheduler: Scheduler) -> None:
        order, queue = LockOrder(scheduler), WorkQueue(scheduler, "0")
        lock = SpinLock(order, order.lock_class("lock"), "0")

        def body() -> None:
            with lock:
                queue.flush_work(Work("0", lambda: None))

        scheduler.thread("t0", body)

    assert failure_of(program).kind == "sleep in atomic"


def test_work_that_waits_for_work_behind_it_is_a_deadlock_on_one_worker(
    run: Run, failure_of: FailureOf
) -> None:
    def program(scheduler: Scheduler, *, workers: int) -> None:
        queue, done = WorkQueue(scheduler, "0", workers), Completion(scheduler, "0")
        first, second = Work("first", done.wait), Work("second", done.complete)

        def queues() -> None:
            queue.queue_work(first)
            queue.queue_work(second)

        scheduler.thread("queues", queues)

    assert run(partial(program, workers=2)).outcome == Passed()
    failure = failure_of(partial(program, workers=1))
    assert failure.message == "kworker/0:0 waits for completion[0] to be completed"
