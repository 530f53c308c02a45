# SPDX-License-Identifier: GPL-2.0-only
"""When an execution fails, does the first failure stand while every thread is taken down?"""

from collections.abc import Callable
from itertools import pairwise

from harness import (
    Atomic,
    Cell,
    Deviation,
    DivergedFrom,
    Execution,
    Failed,
    Failure,
    Ipi,
    LockOrder,
    Requests,
    Scheduler,
    SpinLock,
)
from harness.schedule.replay import StrictReplay

Run = Callable[..., Execution]
FailureOf = Callable[..., Failure]
Story = Callable[[Execution], list[str]]
Body = Callable[[], None]

FIRST = Failure("first", "the one that stands")
# b runs up to its second operation, then a fails.
B_IS_IN_THE_MIDDLE = [Deviation("start", 0, "b"), Deviation("b", 2, "a")]


def a_fails_while_b_is_inside(body_of_b: Callable[[Scheduler], Body]) -> Callable[..., None]:
    """Thread a fails with FIRST; b is then at its second operation."""

    def program(scheduler: Scheduler) -> None:
        def fails() -> None:
            scheduler.fail(FIRST)

        scheduler.thread("a", fails)
        scheduler.thread("b", body_of_b(scheduler))

    return program


def test_the_finally_blocks_of_the_other_threads_run(run: Run) -> None:
    events = []

    def body_of_b(scheduler: Scheduler) -> Body:
        cell = Cell(scheduler, "cell", "0", 0)

        def body() -> None:
            try:
                cell.read()
                events.append("read")
                cell.read()
                events.append("read again")
            finally:
                events.append("finally")

        return body

    run(a_fails_while_b_is_inside(body_of_b), StrictReplay(B_IS_IN_THE_MIDDLE))
    assert events == ["read", "finally"]


def test_a_thread_that_never_started_is_not_started_to_be_unwound(run: Run) -> None:
    events: list[str] = []
    run(a_fails_while_b_is_inside(lambda _: lambda: events.append("ran")))
    assert events == []


def test_the_first_failure_stands(failure_of: FailureOf) -> None:
    def body_of_b(scheduler: Scheduler) -> Body:
        cell = Cell(scheduler, "cell", "0", 0)

        def body() -> None:
            try:
                cell.read()
                cell.read()
            finally:
                scheduler.fail(Failure("second", "came later"))

        return body

    program = a_fails_while_b_is_inside(body_of_b)
    assert failure_of(program, StrictReplay(B_IS_IN_THE_MIDDLE)) == FIRST


def test_an_exception_on_the_way_out_does_not_replace_the_failure(failure_of: FailureOf) -> None:
    def body_of_b(scheduler: Scheduler) -> Body:
        cell = Cell(scheduler, "cell", "0", 0)

        def body() -> None:
            try:
                cell.read()
                cell.read()
            finally:
                raise ValueError("came later")

        return body

    program = a_fails_while_b_is_inside(body_of_b)
    assert failure_of(program, StrictReplay(B_IS_IN_THE_MIDDLE)) == FIRST


def test_except_exception_in_modelled_code_swallows_no_unwinding(run: Run) -> None:
    swallowed = []

    def body_of_b(scheduler: Scheduler) -> Body:
        cell = Cell(scheduler, "cell", "0", 0)

        def body() -> None:
            for _ in range(2):
                try:
                    cell.read()
                except Exception as exception:  # what careless modelled code does
                    swallowed.append(exception)
            swallowed.append(ValueError("b went on"))

        return body

    outcome = run(a_fails_while_b_is_inside(body_of_b), StrictReplay(B_IS_IN_THE_MIDDLE)).outcome
    assert outcome == Failed(FIRST)
    assert swallowed == []


def test_except_exception_around_a_failure_does_not_swallow_it(failure_of: FailureOf) -> None:
    def program(scheduler: Scheduler) -> None:
        def body() -> None:
            try:
                scheduler.fail(FIRST)
            except Exception:
                return

        scheduler.thread("a", body)

    assert failure_of(program) == FIRST


def test_every_primitive_is_inert_while_unwinding(run: Run, story: Story) -> None:
    through = []

    def body_of_b(scheduler: Scheduler) -> Body:
        order = LockOrder(scheduler)
        lock = SpinLock(order, order.lock_class("lock", irqs_off=True), "0")
        cell, counter = Cell(scheduler, "cell", "0", 0), Atomic(scheduler, "count", "0")
        requests, ipi = Requests(scheduler, "0"), Ipi(scheduler, "0")

        def body() -> None:
            try:
                cell.read()
                cell.read()
            finally:
                lock.assert_held()  # nobody holds it
                lock.unlock()
                lock.lock()  # with interrupts on
                lock.lock()  # and again
                with lock:
                    cell.write(1)
                cell.cmpxchg(1, 2)
                counter.fetch_add(1)
                requests.make(0)
                ipi.wait()  # nobody sends
                scheduler.note("unwinding")
                through.append("finally")

        return body

    execution = run(a_fails_while_b_is_inside(body_of_b), StrictReplay(B_IS_IN_THE_MIDDLE))
    assert execution.outcome == Failed(FIRST)
    assert through == ["finally"]
    assert story(execution) == ["b: read cell[0]"]


def test_threads_unwind_one_at_a_time(run: Run) -> None:
    events = []

    def program(scheduler: Scheduler) -> None:
        def waits(role: str) -> Body:
            cell = Cell(scheduler, "cell", role, 0)

            def body() -> None:
                try:
                    cell.read()
                    cell.read()
                finally:
                    for _ in range(20):
                        events.append(role)
                        cell.read()

            return body

        for role in "bcd":
            scheduler.thread(role, waits(role))
        scheduler.thread("last", lambda: scheduler.fail(FIRST))

    schedule = [Deviation("b", 2, "c"), Deviation("c", 2, "d"), Deviation("d", 2, "last")]
    run(program, StrictReplay(schedule))
    assert sorted(events) == ["b"] * 20 + ["c"] * 20 + ["d"] * 20
    changes = sum(one != two for one, two in pairwise(events))
    assert changes == 2


def test_the_failing_thread_itself_runs_its_finally_blocks(run: Run) -> None:
    events = []

    def program(scheduler: Scheduler) -> None:
        def body() -> None:
            try:
                scheduler.fail(FIRST)
            finally:
                events.append("finally")

        scheduler.thread("a", body)

    run(program)
    assert events == ["finally"]


def test_a_diverged_replay_unwinds_like_a_failure(run: Run) -> None:
    events = []

    def program(scheduler: Scheduler) -> None:
        cell = Cell(scheduler, "cell", "0", 0)

        def body() -> None:
            try:
                cell.read()
                cell.read()
            finally:
                events.append("finally")

        scheduler.thread("a", body)
        scheduler.thread("b", body)

    schedule = [Deviation("a", 2, "b"), Deviation("b", 2, "nobody")]
    assert isinstance(run(program, StrictReplay(schedule)).outcome, DivergedFrom)
    assert events == ["finally", "finally"]


def test_a_lock_held_at_exit_is_a_failure(failure_of: FailureOf) -> None:
    def program(scheduler: Scheduler) -> None:
        order = LockOrder(scheduler)
        lock = SpinLock(order, order.lock_class("ap_list_lock"), "vcpu1")
        scheduler.thread("vcpu0", lock.lock)

    failure = failure_of(program)
    assert failure.kind == "lock held at exit"
    assert "vcpu0" in failure.message
    assert "ap_list_lock[vcpu1]" in failure.message
