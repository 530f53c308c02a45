# SPDX-License-Identifier: GPL-2.0-only
"""Does a grace period last as long as the sections that were open, and no longer?"""

from collections.abc import Callable

import pytest

from harness import (
    Cell,
    Deviation,
    Execution,
    Failed,
    Failure,
    KmemCache,
    LockOrder,
    Passed,
    Rcu,
    Scheduler,
    SlabObject,
    SpinLock,
    kfree,
)
from harness.primitives.mutex import Mutex
from harness.schedule.replay import StrictReplay

Run = Callable[..., Execution]
FailureOf = Callable[..., Failure]
Story = Callable[[Execution], list[str]]


def reads_and_waits(scheduler: Scheduler) -> None:
    """A reader in a section, another that comes late, and a writer that waits for the first."""
    rcu = Rcu(scheduler)
    step = Cell(scheduler, "step", "0", 0)

    def read() -> None:
        with rcu:
            step.read()

    scheduler.thread("r0", read)
    scheduler.thread("r1", read)
    scheduler.thread("writer", rcu.synchronize)


def test_a_grace_period_waits_for_a_section_that_was_open(run: Run, story: Story) -> None:
    execution = run(reads_and_waits, StrictReplay([Deviation("r0", 2, "writer")]))
    assert execution.outcome == Passed()
    told = story(execution)
    assert told.index("r0: read step[0]") < told.index("writer: synchronize rcu[0]")


def test_it_does_not_wait_for_a_section_that_began_since(run: Run, story: Story) -> None:
    """r0 is in its section, the writer comes to wait, r1 begins; r0 ends, and the wait is over."""
    deviations = [
        Deviation("r0", 2, "writer"), Deviation("writer", 1, "r1"), Deviation("r1", 2, "r0"),
        Deviation("r0", 3, "writer"),
    ]  # fmt: skip
    execution = run(reads_and_waits, StrictReplay(deviations))
    assert execution.outcome == Passed()
    told = story(execution)
    assert told.index("writer: synchronize rcu[0]") < told.index("r1: read step[0]")


def test_with_nobody_reading_there_is_nothing_to_wait_for(run: Run) -> None:
    def program(scheduler: Scheduler) -> None:
        rcu = Rcu(scheduler)
        scheduler.thread("writer", rcu.synchronize)

    assert run(program).outcome == Passed()


def test_to_wait_in_a_section_of_ones_own_is_said_to_be_that(failure_of: FailureOf) -> None:
    def program(scheduler: Scheduler) -> None:
        rcu = Rcu(scheduler)

        def body() -> None:
            with rcu:
                rcu.synchronize()

        scheduler.thread("t0", body)

    failure = failure_of(program)
    assert failure.kind == "synchronize in read section"
    assert failure.message == "t0 waits for itself to leave its section in body: rcu[0]"


def deferring(then: Callable[[Rcu, SlabObject], None]) -> Callable[[Scheduler], None]:
    """Make a program that gives an object up inside two nested sections, and then does this."""

    def program(scheduler: Scheduler) -> None:
        rcu, thing = Rcu(scheduler), SlabObject(KmemCache(scheduler, "thing"))

        def remove() -> None:
            with rcu:
                with rcu:
                    rcu.kfree(thing)
                thing.use()
            then(rcu, thing)

        scheduler.thread("t0", remove)

    return program


def test_what_was_given_up_lives_until_the_outermost_section_has_ended(run: Run) -> None:
    assert run(deferring(lambda rcu, thing: None)).outcome == Passed()


def test_after_that_it_is_gone(failure_of: FailureOf) -> None:
    failure = failure_of(deferring(lambda rcu, thing: thing.use()))
    assert failure.kind == "use after free"
    assert failure.details[1:3] == (
        "given up by t0 at step 3: remove",
        "freed by   t0 at step 4: remove",
    )


def test_to_free_what_was_given_up_is_a_double_free(failure_of: FailureOf) -> None:
    assert failure_of(deferring(lambda rcu, thing: kfree(thing))).kind == "double free"
    assert failure_of(deferring(lambda rcu, thing: rcu.kfree(thing))).kind == "double free"


def test_outside_of_any_section_it_is_freed_at_once(failure_of: FailureOf) -> None:
    def program(scheduler: Scheduler) -> None:
        rcu, thing = Rcu(scheduler), SlabObject(KmemCache(scheduler, "thing"))

        def remove() -> None:
            rcu.kfree(thing)
            thing.use()

        scheduler.thread("t0", remove)

    assert failure_of(program).kind == "use after free"


def test_calls_are_made_in_order_when_the_last_section_ends(run: Run) -> None:
    made: list[str] = []

    def program(scheduler: Scheduler) -> None:
        rcu = Rcu(scheduler)

        def body() -> None:
            with rcu:
                rcu.call(lambda: made.append("one"))
                rcu.call(lambda: made.append("other"))
                made.append("read")

        scheduler.thread("t0", body)

    assert run(program).outcome == Passed()
    assert made == ["read", "one", "other"]


def test_a_section_is_ended_by_who_began_it(failure_of: FailureOf) -> None:
    def program(scheduler: Scheduler) -> None:
        rcu = Rcu(scheduler)
        scheduler.thread("t0", rcu.read_unlock)

    assert failure_of(program).kind == "read section unbalanced"


def test_a_section_left_open_is_reported(failure_of: FailureOf) -> None:
    def program(scheduler: Scheduler) -> None:
        rcu = Rcu(scheduler)
        scheduler.thread("t0", rcu.read_lock)

    failure = failure_of(program)
    assert failure.kind == "read section unbalanced"
    assert failure.message == "t0 ended in a read section of rcu[0]"


def test_a_protected_pointer_is_read_in_a_section_only(run: Run, failure_of: FailureOf) -> None:
    def program_of(*, inside: bool) -> Callable[[Scheduler], None]:
        def program(scheduler: Scheduler) -> None:
            rcu, pointer = Rcu(scheduler), Cell(scheduler, "pointer", "0", 1)

            def body() -> None:
                if inside:
                    with rcu:
                        rcu.dereference(pointer)
                else:
                    rcu.dereference(pointer)

            scheduler.thread("t0", body)

        return program

    assert run(program_of(inside=True)).outcome == Passed()
    assert failure_of(program_of(inside=False)).kind == "suspicious RCU usage"


@pytest.mark.parametrize("inside", [True, False])
def test_leaving_one_domain_is_not_leaving_another(run: Run, inside: bool) -> None:
    def program(scheduler: Scheduler) -> None:
        outer, inner = Rcu(scheduler, "outer"), Rcu(scheduler, "inner")
        order = LockOrder(scheduler)
        mutex = Mutex(order, order.lock_class("mutex"), "0")

        def body() -> None:
            with outer:
                with inner:
                    pass
                if inside:
                    mutex.lock()
            if not inside:
                mutex.lock()
            mutex.unlock()

        scheduler.thread("t0", body)

    outcome = run(program).outcome
    if inside:
        assert isinstance(outcome, Failed)
        assert outcome.failure.kind == "sleep in atomic"
    else:
        assert outcome == Passed()


def test_a_callback_must_not_sleep(failure_of: FailureOf) -> None:
    def program(scheduler: Scheduler) -> None:
        rcu, order = Rcu(scheduler), LockOrder(scheduler)
        mutex = Mutex(order, order.lock_class("mutex"), "0")
        scheduler.thread("t0", lambda: rcu.call(mutex.lock))

    failure = failure_of(program)
    assert failure.kind == "sleep in a handler"
    assert failure.message.endswith("but t0 cannot go on before the handler is over")


def test_a_callback_does_not_run_on_top_of_who_has_asked_with_interrupts_off(run: Run) -> None:
    done: list[str] = []

    def program(scheduler: Scheduler) -> None:
        rcu, order = Rcu(scheduler), LockOrder(scheduler)
        lock = SpinLock(order, order.lock_class("lock"), "0")

        def callback() -> None:
            irqs_were_off = lock.lock_irqsave()
            done.append("called back")
            lock.unlock_irqrestore(irqs_were_off)

        def body() -> None:
            irqs_were_off = lock.lock_irqsave()
            rcu.call(callback)
            done.append("asked")
            lock.unlock_irqrestore(irqs_were_off)

        scheduler.thread("t0", body)

    assert run(program).outcome == Passed()
    assert done == ["asked", "called back"]


def test_a_callback_runs_even_where_its_thread_ends(run: Run) -> None:
    done: list[str] = []

    def program(scheduler: Scheduler) -> None:
        rcu = Rcu(scheduler)
        scheduler.thread("t0", lambda: rcu.call(lambda: done.append("called back")))

    assert run(program).outcome == Passed()
    assert done == ["called back"]
