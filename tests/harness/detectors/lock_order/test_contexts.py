# SPDX-License-Identifier: GPL-2.0-only
"""Contexts in which locks are taken: interrupt handlers, interrupts on, atomic, read sections.

Is what could deadlock or sleep where it must not reported though it did not happen, and nothing
else?
"""

from collections.abc import Callable
from functools import partial

import pytest

from harness import (
    Cell,
    Execution,
    Failed,
    Failure,
    LockOrder,
    Passed,
    Scheduler,
    SpinLock,
    Stream,
    local_irq_disable,
    local_irq_enable,
)
from harness.engine.trace import entry_text
from harness.primitives.host_interrupt import HostInterrupt
from harness.primitives.mutex import Mutex
from harness.primitives.srcu import Srcu
from harness.schedule.replay import StrictReplay
from harness.search.strategies import STRATEGIES
from tests.programs.lock_order import DEFECTS, NEAR_MISSES, PAIRS

Run = Callable[..., Execution]
FailureOf = Callable[..., Failure]
KINDS = {wrong.__name__: kind for kind, wrong, _ in PAIRS}
SEEDS = 12


def outcomes(run: Run, program: Callable[[Scheduler], None]) -> list[object]:
    return [
        run(program, strategy(Stream("contexts", seed), 12)).outcome
        for strategy in STRATEGIES.values()
        for seed in range(SEEDS)
    ]


@pytest.mark.parametrize("name", DEFECTS)
def test_a_defect_is_found_as_what_it_is(run: Run, name: str) -> None:
    failed = [each.failure for each in outcomes(run, DEFECTS[name]) if isinstance(each, Failed)]
    assert KINDS[name] in {failure.kind for failure in failed}
    assert {failure.kind for failure in failed} <= {KINDS[name], "deadlock"}


@pytest.mark.parametrize("name", NEAR_MISSES)
def test_a_near_miss_passes_under_every_schedule(run: Run, name: str) -> None:
    assert all(isinstance(each, Passed) for each in outcomes(run, NEAR_MISSES[name]))


def found(run: Run, program: Callable[[Scheduler], None], kind: str) -> Failure:
    """Return the first failure of a kind."""
    for seed in range(100):
        outcome = run(program, STRATEGIES["random-walk"](Stream("found", seed), 12)).outcome
        if isinstance(outcome, Failed) and outcome.failure.kind == kind:
            return outcome.failure
    pytest.fail(f"no {kind}")


def test_an_irq_inversion_is_reported_though_the_handler_came_when_nothing_was_held(
    run: Run,
) -> None:
    failure = found(run, DEFECTS["handler_takes_what_is_held_with_irqs_on"], "lock irq inversion")
    assert failure.signature == "lock irq inversion in body, holder on lock"
    assert "held with interrupts on: lock[0], t0 in holder()" in failure.details


def test_an_inversion_at_a_distance_is_reported_with_its_chain(run: Run) -> None:
    failure = found(run, DEFECTS["handler_waits_at_a_distance"], "lock irq inversion")
    assert failure.lock_classes == ("first", "second")
    assert failure.details[0].startswith("taken in an interrupt handler: first[0], ")
    assert failure.details[1] == "held with interrupts on: second[0], t1 in alone()"
    assert failure.details[3] == "  first -> second  in nested (t0)"


def test_a_mutex_says_why_it_may_not_be_taken(failure_of: FailureOf) -> None:
    inside = failure_of(DEFECTS["mutex_inside_spinlock"]).message
    assert inside.endswith("about to take mutex[0] in body, which may sleep, but holds spin[0]")
    assert failure_of(DEFECTS["mutex_with_irqs_off"]).message.endswith(
        "but has local interrupts off"
    )


def test_a_mutex_in_a_handler_is_refused(failure_of: FailureOf) -> None:
    def program(scheduler: Scheduler) -> None:
        order = LockOrder(scheduler)
        mutex = Mutex(order, order.lock_class("mutex"), "0")
        cell = Cell(scheduler, "cell", "0", 0)
        line = HostInterrupt(scheduler, "0", "t0", mutex.lock)
        scheduler.thread("dev", line.assert_line)
        scheduler.thread("t0", lambda: cell.write(1))

    failure = failure_of(program)
    assert failure.kind == "sleep in a handler"
    assert failure.message.startswith("a handler on top of t0 is about to take mutex[0]")
    assert failure.message.endswith("but t0 cannot go on before the handler is over")


def jobs(scheduler: Scheduler, *, leaves_it_to_the_thread: bool) -> None:
    """A signal may come while its thread holds the lock that the handler wants."""
    order = LockOrder(scheduler)
    lock = Mutex(order, order.lock_class("jobs"), "0")
    state = {"jobs": 0, "over": False}

    def stop() -> None:
        if leaves_it_to_the_thread:
            state["over"] = True
            return
        with lock:
            state["over"] = True

    line = HostInterrupt(scheduler, "SIGTERM", "main", stop)

    def submit() -> None:
        with lock:
            state["jobs"] += 1

    scheduler.thread("main", submit)
    scheduler.thread("killer", line.assert_line)


def test_a_handler_that_takes_what_its_thread_holds_waits_for_that(run: Run) -> None:
    found = outcomes(run, partial(jobs, leaves_it_to_the_thread=False))
    failures = {each.failure.signature: each.failure for each in found if isinstance(each, Failed)}
    assert failures["lock recursion in stop on jobs"].message.startswith(
        "a handler on top of main takes jobs[0] in stop, and main holds it"
    )
    assert failures.keys() == {
        "lock recursion in stop on jobs",
        "sleep in a handler in stop on jobs",
    }


def test_a_handler_that_leaves_it_to_its_thread_passes(run: Run) -> None:
    assert set(outcomes(run, partial(jobs, leaves_it_to_the_thread=True))) == {Passed()}


def test_interrupts_turned_on_over_a_lock_count_as_taken_so(failure_of: FailureOf) -> None:
    def program(scheduler: Scheduler) -> None:
        order = LockOrder(scheduler)
        lock = SpinLock(order, order.lock_class("lock"), "0")

        def body() -> None:
            local_irq_disable(scheduler)
            lock.lock()
            local_irq_enable(scheduler)
            lock.unlock()

        def handler() -> None:
            lock.lock()
            lock.unlock()

        scheduler.thread("t0", body)
        line = HostInterrupt(scheduler, "0", "t1", handler)
        scheduler.thread("dev", line.assert_line)
        scheduler.thread("t1", lambda: local_irq_enable(scheduler))

    assert failure_of(program).kind == "lock irq inversion"


@pytest.mark.parametrize("early", [True, False])
def test_a_handler_on_top_of_the_holder_is_told_as_an_inversion(run: Run, early: bool) -> None:
    def program(scheduler: Scheduler) -> None:
        order = LockOrder(scheduler)
        lock = SpinLock(order, order.lock_class("lock"), "0")
        cell = Cell(scheduler, "cell", "0", 0)

        def holder() -> None:
            if early:
                local_irq_disable(scheduler)
            with lock:
                if early:
                    local_irq_enable(scheduler)
                cell.read()

        def handler() -> None:
            with lock:
                pass

        scheduler.thread("t0", holder)
        scheduler.thread("dev", HostInterrupt(scheduler, "0", "t0", handler).assert_line)

    failed = [each.failure for each in outcomes(run, program) if isinstance(each, Failed)]
    assert {failure.signature for failure in failed} == {
        "lock irq inversion in handler, holder on lock"
    }


def test_a_handler_that_takes_its_own_lock_again_is_recursion(failure_of: FailureOf) -> None:
    def program(scheduler: Scheduler) -> None:
        order = LockOrder(scheduler)
        lock = SpinLock(order, order.lock_class("lock"), "0")
        cell = Cell(scheduler, "cell", "0", 0)

        def handler() -> None:
            lock.lock()
            lock.lock()

        line = HostInterrupt(scheduler, "0", "t0", handler)
        scheduler.thread("dev", line.assert_line)
        scheduler.thread("t0", lambda: cell.write(1))

    assert failure_of(program).kind == "lock recursion"


class Timeline:
    """A thread of four steps, two of them with interrupts off, and a handler for it."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def __call__(self, scheduler: Scheduler) -> None:
        self.seen = []
        cell = Cell(scheduler, "cell", "0", 0)

        def step(name: str) -> None:
            cell.read()
            self.seen.append(name)

        def body() -> None:
            step("on")
            local_irq_disable(scheduler)
            step("off")
            step("off")
            local_irq_enable(scheduler)
            step("on")

        def handler() -> None:
            assert scheduler.current.irqs_off
            self.seen.append("handler")

        scheduler.thread("t0", body)
        scheduler.thread("dev", HostInterrupt(scheduler, "0", "t0", handler).assert_line)


def test_a_handler_runs_on_top_of_its_thread_where_interrupts_are_on_as_the_schedule_has_it(
    run: Run,
) -> None:
    timeline = Timeline()
    met = set()
    for seed in range(60):
        run(timeline, STRATEGIES["random-walk"](Stream("handler", seed), 8))
        met.add(tuple(timeline.seen))
    assert met == {
        ("handler", "on", "off", "off", "on"),
        ("on", "off", "off", "handler", "on"),
        ("on", "off", "off", "on", "handler"),
        ("on", "off", "off", "on"),
    }


def test_where_a_handler_runs_is_replayed(run: Run) -> None:
    for seed in range(20):
        first = run(Timeline(), STRATEGIES["random-walk"](Stream("handler", seed), 8))
        again = run(Timeline(), StrictReplay(first.deviations))
        assert again.digest == first.digest
        assert [entry_text(entry) for entry in again.trace] == [
            entry_text(entry) for entry in first.trace
        ]


def test_synchronize_waits_for_those_who_were_reading_and_for_nobody_else(run: Run) -> None:
    def program(scheduler: Scheduler) -> None:
        order = LockOrder(scheduler)
        domain = Srcu(order, order.lock_class("domain"), "0")
        cell = Cell(scheduler, "cell", "0", 0)
        reading: list[str] = []

        def reader(name: str) -> None:
            index = domain.read_lock()
            reading.append(name)
            cell.read()
            reading.remove(name)
            domain.read_unlock(index)

        def writer() -> None:
            before = list(reading)
            domain.synchronize()
            left = set(before) & set(reading)
            if left:
                scheduler.fail(Failure("bug", f"{left} still read"))

        scheduler.thread("r0", lambda: reader("r0"))
        scheduler.thread("r1", lambda: reader("r1"))
        scheduler.thread("w", writer)

    assert all(isinstance(each, Passed) for each in outcomes(run, program))


def test_a_reader_that_never_leaves_its_section_is_named(failure_of: FailureOf) -> None:
    def program(scheduler: Scheduler) -> None:
        order = LockOrder(scheduler)
        domain = Srcu(order, order.lock_class("domain"), "0")

        def reader() -> None:
            domain.read_lock()

        scheduler.thread("r0", reader)
        scheduler.thread("w", domain.synchronize)

    failure = failure_of(program)
    assert failure.kind in ("deadlock", "lock held at exit")
    assert "domain[0]" in " ".join([failure.message, *failure.details])
