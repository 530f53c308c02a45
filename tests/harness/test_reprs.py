# SPDX-License-Identifier: GPL-2.0-only
"""Does what a debugger or an assertion prints say what it is, and act on nothing?"""

from collections.abc import Callable

import pytest

from harness import (
    Atomic,
    Barrier,
    BoundedSemaphore,
    Carriers,
    Cell,
    Completion,
    Event,
    Failure,
    HostInterrupt,
    Ipi,
    JoinableThread,
    KmemCache,
    ListHead,
    LockOrder,
    Mutex,
    Node,
    Quiet,
    Rcu,
    Refcount,
    Requests,
    RwLock,
    Scheduler,
    Semaphore,
    SlabObject,
    SpinLock,
    Srcu,
    Timer,
    WaitQueue,
    Work,
    WorkQueue,
    execute,
    kfree,
    some_schedules,
)


class Page(SlabObject):
    """What can be freed."""


class Loud:
    def __repr__(self) -> str:
        raise AssertionError("asked to print itself")


def seen(carriers: Carriers, look: Callable[[Scheduler], Callable[[], object]]) -> str:
    """Return how something prints in the middle of an execution, which `look` sets up."""
    printed: list[str] = []

    def program(scheduler: Scheduler) -> None:
        body = look(scheduler)
        scheduler.thread("me", lambda: printed.append(repr(body())))

    execute(program, Quiet(), carriers)
    return printed[0]


def _lock(kind: type[SpinLock]) -> Callable[[Scheduler], Callable[[], object]]:
    def look(scheduler: Scheduler) -> Callable[[], object]:
        order = LockOrder(scheduler)
        lock = kind(order, order.lock_class("buffer"), "1")

        def body() -> str:
            free = repr(lock)
            with lock:
                return f"{free} {lock!r}"

        return body

    return look


@pytest.mark.parametrize("kind", [Mutex, SpinLock])
def test_a_lock_says_who_holds_it(carriers: Carriers, kind: type[SpinLock]) -> None:
    name = kind.__name__
    expected = f"{name}(buffer[1], free) {name}(buffer[1], held by me)"
    assert seen(carriers, _lock(kind)) == repr(expected)


OBJECTS: list[tuple[Callable[[Scheduler], object], str]] = [
    (lambda s: Cell(s, "x", "0", "a\n"), r"Cell(x[0] = 'a\n')"),
    (lambda s: Cell(s, "x", "0", Loud()), "Cell(x[0] = a Loud)"),
    (lambda s: Atomic(s, "count", "2", 7), "Atomic(count[2] = 7)"),
    (lambda s: Refcount(s, "page", "0"), "Refcount(page[0] = 1)"),
    (lambda s: WaitQueue(s, "bell"), "WaitQueue(bell[0], nobody asleep)"),
    (lambda s: Completion(s, "over"), "Completion(completion[over], not completed)"),
    (lambda s: Requests(s, "cpu 0"), "Requests(requests[cpu 0] = 0x0)"),
    (lambda s: Ipi(s, "cpu 0"), "Ipi(ipi[cpu 0], not pending)"),
    (lambda s: Rcu(s), "Rcu(rcu[0], nobody in a section)"),
    (lambda s: Semaphore(s, "slots", 2), "Semaphore(semaphore[slots] = 2)"),
    (lambda s: BoundedSemaphore(s, "slots"), "BoundedSemaphore(semaphore[slots] = 1)"),
    (lambda s: Event(s, "go"), "Event(event[go], cleared)"),
    (lambda s: Barrier(s, "all", 3), "Barrier(barrier[all], 0 of 3 wait)"),
    (lambda s: Timer(s, "t", lambda: None), "Timer(timer[t], not armed)"),
    (lambda s: Work("w", lambda: None), "Work(work[w], not pending)"),
    (lambda s: WorkQueue(s, "q"), "WorkQueue(workqueue[q]: empty)"),
    (lambda s: JoinableThread(s, "w", lambda: None), "JoinableThread(w, not begun)"),
    (lambda s: KmemCache(s, "page"), "KmemCache(page, 0 allocated)"),
    (lambda s: Node(1, "first"), "Node(first, on no list)"),
    (
        lambda s: HostInterrupt(s, "7", "me", lambda: None),
        "HostInterrupt(interrupt[7] of me, not asserted)",
    ),
]


@pytest.mark.parametrize(("make", "expected"), OBJECTS, ids=[each[1] for each in OBJECTS])
def test_a_primitive_says_what_it_is_and_holds(
    carriers: Carriers, make: Callable[[Scheduler], object], expected: str
) -> None:
    def look(scheduler: Scheduler) -> Callable[[], object]:
        made = make(scheduler)
        return lambda: made

    assert seen(carriers, look) == expected


def test_a_readers_writer_lock_says_who_holds_it(carriers: Carriers) -> None:
    def look(scheduler: Scheduler) -> Callable[[], object]:
        order = LockOrder(scheduler)
        lock = RwLock(order, order.lock_class("table"), "0")

        def body() -> list[str]:
            said = [repr(lock)]
            lock.write_lock()
            said.append(repr(lock))
            lock.write_unlock()
            return said

        return body

    assert seen(carriers, look) == repr(
        ["RwLock(table[0], free)", "RwLock(table[0], held by me, which writes)"]
    )


def test_an_srcu_domain_counts_its_sections(carriers: Carriers) -> None:
    def look(scheduler: Scheduler) -> Callable[[], object]:
        order = LockOrder(scheduler)
        srcu = Srcu(order, order.lock_class("srcu"), "0")
        return lambda: (srcu.read_lock(), srcu)[1]

    assert seen(carriers, look) == "Srcu(srcu[0], 1 open sections)"


def test_a_list_names_its_entries(carriers: Carriers) -> None:
    def look(scheduler: Scheduler) -> Callable[[], object]:
        head: ListHead[int] = ListHead(scheduler, "queue", "0")
        assert repr(head) == "ListHead(queue[0]: empty)"
        head.init()
        for number in range(2):
            head.add_tail(Node(number, f"job {number}"))
        return lambda: head

    assert seen(carriers, look) == "ListHead(queue[0]: job 0 job 1)"


def test_what_was_freed_says_so_and_is_not_used_by_it(carriers: Carriers) -> None:
    def look(scheduler: Scheduler) -> Callable[[], object]:
        page = Page(KmemCache(scheduler, "page"))
        assert repr(page) == "Page(page[0])"

        def body() -> Page:
            kfree(page)
            return page

        return body

    assert seen(carriers, look) == "page[0] (freed)"


def test_scheduler_and_threads_say_where_they_are(carriers: Carriers) -> None:
    said: list[str] = []

    def program(scheduler: Scheduler) -> None:
        over = Completion(scheduler, "over")
        said.append(repr(scheduler))

        def completes() -> None:
            said.append(repr(scheduler))
            said.extend(map(repr, scheduler.threads))
            over.complete()

        scheduler.thread("waiter", over.wait)
        scheduler.thread("worker", completes)
        scheduler.thread("last", lambda: said.append(repr(scheduler.threads[1])))

    execute(program, Quiet(), carriers)
    assert said == [
        "Scheduler(threads: none yet; step 0)",
        "Scheduler(threads: waiter, worker, last; step 1, worker runs)",
        "Thread(waiter, waits for completion[over] to be completed)",
        "Thread(worker, start)",
        "Thread(last, not begun)",
        "Thread(worker, ended)",
    ]


def races(scheduler: Scheduler) -> None:
    cell = Cell(scheduler, "x", "0", 0)

    def add() -> None:
        cell.write(cell.read() + 1)

    def ended() -> None:
        if cell.read() != 2:
            scheduler.fail(Failure("lost", "an update"))

    scheduler.thread("a", add)
    scheduler.thread("b", add)
    scheduler.at_end.append(ended)


def test_an_exploration_says_what_was_found_and_by_which_schedule(carriers: Carriers) -> None:
    result = some_schedules(races, carriers, executions=20)
    found = result.failures["lost"]
    assert repr(result) == (
        f"Exploration(limit hit after 20 executions, 1 way to fail so far; lost: {found!r})"
    )
    assert repr(found).startswith(f"Found({found.executions} times, first by ")
    assert "before operation" in repr(found)


def test_an_execution_says_how_it_ended_and_not_what_all_happened(carriers: Carriers) -> None:
    first = some_schedules(races, carriers, executions=20).failures["lost"].first
    counted = f"{first.steps} steps, {first.switches} switches, {len(first.deviations)} deviations"
    assert repr(first) == f"Execution(Failed(lost: an update), {counted})"
    assert repr(execute(races, Quiet(), carriers)).startswith("Execution(Passed(), 6 steps, 2 sw")
    assert repr(Failure("kind", "message", ("f",))) == "Failure(kind in f: message)"
