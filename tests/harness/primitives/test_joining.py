# SPDX-License-Identifier: GPL-2.0-only
"""Are threads that an execution starts run, ordered, replayed and waited for like all others?"""

from collections.abc import Callable

import pytest

from harness import (
    Cell,
    Execution,
    Failure,
    JoinableThread,
    LockOrder,
    Mutex,
    OsThreads,
    Passed,
    Scheduler,
    SpinLock,
    StrictReplay,
    every_behaviour,
    some_schedules,
    start_thread,
)
from tests.programs.agreeing import agree

Run = Callable[..., Execution]
FailureOf = Callable[..., Failure]
Story = Callable[[Execution], list[str]]


def two_add(scheduler: Scheduler, *, fixed: bool = False) -> None:
    """Two threads add one each to a word, and who started them looks for two."""
    order = LockOrder(scheduler)
    lock, total = Mutex(order, order.lock_class("total"), "0"), Cell(scheduler, "total", "0", 0)

    def add() -> None:
        if fixed:
            with lock:
                total.write(total.read() + 1)
        else:
            total.write(total.read() + 1)

    def main() -> None:
        threads = [start_thread(scheduler, role, add) for role in ("one", "other")]
        for thread in threads:
            thread.join()
        if total.value != 2:
            scheduler.fail(Failure("lost update", f"{total.value} instead of 2"))

    scheduler.thread("main", main)


def looks_too_early(scheduler: Scheduler, *, fixed: bool = False) -> None:
    """Who starts a thread looks for what it does without having joined it."""
    done = Cell(scheduler, "done", "0", False)

    def main() -> None:
        worker = start_thread(scheduler, "worker", lambda: done.write(True))
        if fixed:
            worker.join()
        if not done.read():
            scheduler.fail(Failure("too early", "the worker has done nothing yet"))

    scheduler.thread("main", main)


def test_a_started_thread_runs_and_the_joiner_waits_for_it(run: Run, story: Story) -> None:
    def program(scheduler: Scheduler) -> None:
        cell = Cell(scheduler, "cell", "0", 0)

        def main() -> None:
            start_thread(scheduler, "worker", cell.read).join()
            cell.write(1)

        scheduler.thread("main", main)

    assert story(run(program)) == [
        "main: spawn thread[worker]",
        "worker: read cell[0]",
        "worker: exit",
        "main: join thread[worker]",
        "main: write cell[0]",
        "main: exit",
    ]


@pytest.mark.parametrize("program", [two_add, looks_too_early])
def test_a_bug_among_started_threads_is_found_and_replays(
    carriers: OsThreads, run: Run, program: Callable[..., None]
) -> None:
    result = some_schedules(program, carriers, executions=60)
    (found,) = result.failures.values()
    assert run(program, StrictReplay(found.schedule)).digest == found.first.digest
    assert {deviation.role for deviation in found.schedule} <= {
        "start",
        "main",
        "one",
        "other",
        "worker",
    }


@pytest.mark.parametrize("program", [two_add, looks_too_early])
def test_its_repair_passes_under_every_schedule(
    carriers: OsThreads, program: Callable[..., None]
) -> None:
    def repaired(scheduler: Scheduler) -> None:
        program(scheduler, fixed=True)

    assert every_behaviour(repaired, carriers).passed
    assert len(every_behaviour(program, carriers).failures) == 1


def two_who_start(scheduler: Scheduler) -> None:
    """Which of two starts comes first is an order of nothing that is shared."""
    cell = Cell(scheduler, "cell", "0", 0)

    def parent_of(role: str) -> Callable[[], object]:
        return lambda: start_thread(scheduler, role, cell.read)

    for role in ("a", "b"):
        scheduler.thread(f"parent of {role}", parent_of(role))


def joins_with_a_timeout(scheduler: Scheduler) -> None:
    cell = Cell(scheduler, "cell", "0", 0)

    def main() -> None:
        worker = start_thread(scheduler, "worker", lambda: cell.write(1))
        worker.join(1.0)
        if worker.is_alive():
            scheduler.fail(Failure("time is up", "and it has not ended"))

    scheduler.thread("main", main)


def joins_under_the_lock(scheduler: Scheduler) -> None:
    order = LockOrder(scheduler)
    lock = Mutex(order, order.lock_class("lock"), "0")

    def work() -> None:
        with lock:
            pass

    def main() -> None:
        worker = start_thread(scheduler, "worker", work)
        with lock:
            worker.join()

    scheduler.thread("main", main)


@pytest.mark.parametrize(
    "program", [two_add, looks_too_early, two_who_start, joins_with_a_timeout, joins_under_the_lock]
)
def test_brute_force_and_reduction_agree(
    pinned: OsThreads, program: Callable[[Scheduler], None]
) -> None:
    assert agree(program, pinned) is not None


def test_who_started_first_makes_no_other_behaviour(pinned: OsThreads) -> None:
    assert every_behaviour(two_who_start, pinned).executions == 1


def test_a_deadlock_names_who_is_joined_and_why_it_does_not_end(failure_of: FailureOf) -> None:
    failure = failure_of(joins_under_the_lock)
    assert failure.kind == "deadlock"
    assert failure.message == (
        "main waits for worker to end; worker waits for lock[0] held by main"
    )


def test_a_thread_that_nobody_joins_is_run_to_its_end(run: Run, story: Story) -> None:
    def program(scheduler: Scheduler) -> None:
        cell = Cell(scheduler, "cell", "0", 0)
        scheduler.thread("main", lambda: start_thread(scheduler, "worker", cell.read))

    assert story(run(program))[-2:] == ["worker: read cell[0]", "worker: exit"]


def test_its_failure_is_the_execution_s(failure_of: FailureOf) -> None:
    def fails() -> None:
        raise RuntimeError("in the worker")

    def program(scheduler: Scheduler) -> None:
        scheduler.thread("main", lambda: start_thread(scheduler, "worker", fails))

    assert failure_of(program).signature == "exception in fails"


def misuse(scheduler: Scheduler, how: str) -> None:
    threads: list[JoinableThread] = []

    def main() -> None:
        worker = JoinableThread(scheduler, "worker", lambda: threads[0].join())
        threads.append(worker)
        if how == "joined unstarted":
            worker.join()
        worker.start()
        if how == "started twice":
            worker.start()

    scheduler.thread("main", main)


@pytest.mark.parametrize(
    ("how", "why"),
    [
        ("joined unstarted", "worker: cannot join a thread before it is started"),
        ("started twice", "worker: threads can only be started once"),
        ("joined itself", "worker: cannot join the current thread: it waits for its own end"),
    ],
)
def test_what_python_refuses_is_a_failure_that_says_why(
    failure_of: FailureOf, how: str, why: str
) -> None:
    failure = failure_of(lambda scheduler: misuse(scheduler, how))
    assert failure.kind == f"thread {how}"
    assert failure.message.endswith(why)


def test_a_role_is_given_once(failure_of: FailureOf) -> None:
    def program(scheduler: Scheduler) -> None:
        scheduler.thread("main", lambda: start_thread(scheduler, "main", lambda: None))

    failure = failure_of(program)
    assert failure.kind == "thread role taken"
    assert "there is a thread main already" in failure.message


def test_a_role_is_given_once_before_the_execution_too(failure_of: FailureOf) -> None:
    def program(scheduler: Scheduler) -> None:
        for _ in range(2):
            scheduler.thread("twin", lambda: None)

    assert failure_of(program).kind == "thread role taken"


def test_no_thread_is_added_to_the_program_while_it_runs(failure_of: FailureOf) -> None:
    def program(scheduler: Scheduler) -> None:
        scheduler.thread("main", lambda: scheduler.thread("late", lambda: None))

    failure = failure_of(program)
    assert failure.kind == "thread added too late"
    assert "start it with start_thread" in failure.message


def test_nobody_joins_with_a_spinlock_held(failure_of: FailureOf) -> None:
    def program(scheduler: Scheduler) -> None:
        order = LockOrder(scheduler)
        lock = SpinLock(order, order.lock_class("lock"), "0")

        def main() -> None:
            worker = start_thread(scheduler, "worker", lambda: None)
            with lock:
                worker.join()

        scheduler.thread("main", main)

    assert failure_of(program).kind == "sleep in atomic"


def test_a_thread_is_started_before_the_execution_as_well(run: Run) -> None:
    def program(scheduler: Scheduler) -> None:
        worker = start_thread(scheduler, "worker", lambda: None)
        scheduler.thread("main", worker.join)

    assert run(program).outcome == Passed()


def test_it_is_joined_as_often_as_is_wanted(run: Run) -> None:
    alive = []

    def program(scheduler: Scheduler) -> None:
        def main() -> None:
            worker = start_thread(scheduler, "worker", lambda: None)
            alive.append(worker.is_alive())
            worker.join()
            worker.join(0)
            alive.append(worker.is_alive())

        scheduler.thread("main", main)

    assert run(program).outcome == Passed()
    assert alive == [True, False]


def test_of_two_that_start_it_at_once_one_is_told_that_it_is_started(pinned: OsThreads) -> None:
    def program(scheduler: Scheduler) -> None:
        worker = JoinableThread(scheduler, "worker", lambda: None)
        for number in range(2):
            scheduler.thread(f"t{number}", worker.start)

    found = every_behaviour(program, pinned).failures
    assert {signature.split(" in ")[0] for signature in found} == {"thread started twice on thread"}
