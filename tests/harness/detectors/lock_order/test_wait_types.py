# SPDX-License-Identifier: GPL-2.0-only
"""Is a lock that sleeps on PREEMPT_RT refused where nothing sleeps, as lockdep refuses it?"""

from collections import Counter
from collections.abc import Callable

import pytest

from harness import (
    Execution,
    Failed,
    Failure,
    LockOrder,
    Mutex,
    OsThreads,
    Passed,
    RwLock,
    Scheduler,
    SpinLock,
    Srcu,
    Stream,
    Timer,
    every_schedule,
)
from harness.engine import Lock, Thread
from harness.primitives import WaitType
from harness.search.strategies import STRATEGIES
from tests.programs.wait_types import DEFECTS, NEAR_MISSES, Kernel

Run = Callable[..., Execution]
FailureOf = Callable[..., Failure]
KIND = "invalid wait context"


@pytest.mark.parametrize("name", DEFECTS)
def test_a_defect_is_found_as_what_it_is_and_has_one_signature(
    carriers: OsThreads, name: str
) -> None:
    found = every_schedule(DEFECTS[name], carriers)
    assert found.complete
    (signature,) = found.failures
    assert signature.startswith(KIND)


@pytest.mark.parametrize("name", NEAR_MISSES)
def test_a_near_miss_passes_under_every_schedule(carriers: OsThreads, name: str) -> None:
    passed = every_schedule(NEAR_MISSES[name], carriers)
    assert passed.complete
    assert not passed.failures


def found(run: Run, name: str) -> Failure:
    """Return what a program fails with under the first schedule under which it does."""
    for seed in range(50):
        outcome = run(DEFECTS[name], STRATEGIES["random-walk"](Stream("found", seed), 8)).outcome
        if isinstance(outcome, Failed):
            return outcome.failure
    pytest.fail(f"{name} has not failed")


def test_the_report_is_in_the_order_kernel_people_read(failure_of: FailureOf) -> None:
    def program(scheduler: Scheduler) -> None:
        kernel = Kernel(scheduler)
        mutex = Mutex(kernel.order, kernel.order.lock_class("mutex"), "0")

        def body() -> None:
            with mutex, kernel.raw:
                kernel.takes_spin()

        kernel.runs(body)

    failure = failure_of(program)
    assert failure.signature == "invalid wait context in takes_spin on raw, spin"
    assert failure.message == (
        "t0 is about to take spin[0] in takes_spin, which would sleep on a PREEMPT_RT kernel, but "
        "holds raw[0], which spins there, too"
    )
    assert list(failure.details) == [
        "t0 is trying to acquire spin[0] (sleeps on PREEMPT_RT) in takes_spin",
        "the context is a thread (sleeps)",
        "t0 holds:",
        "  mutex[0] (sleeps)",
        "  raw[0] (spins)",
        "right only if raw is a spinlock_t: lock_class(..., sleeps_on_rt=True)",
    ]


def test_in_a_hard_handler_the_context_is_what_is_wrong(run: Run) -> None:
    failure = found(run, "spinlock_in_a_hard_handler")
    assert failure.signature == "invalid wait context in takes_spin on spin"
    assert failure.message == (
        "a handler on top of t0 is about to take spin[0] in takes_spin, which would sleep on a "
        "PREEMPT_RT kernel, but is a hard interrupt's"
    )
    assert list(failure.details[1:]) == [
        "the context is a hard interrupt handler (spins)",
        "t0 holds no locks",
        "right only if it is a thread on PREEMPT_RT: HostInterrupt(..., threaded_on_rt=True)",
    ]


@pytest.mark.parametrize(
    ("name", "context"),
    [
        ("raw_and_spinlock_in_a_threaded_handler", "a handler that is a thread on PREEMPT_RT"),
        ("spinlock_in_a_section_inside_a_raw_one", "an RCU read section"),
    ],
)
def test_the_lock_is_what_is_wrong_where_the_context_is_not(
    run: Run, name: str, context: str
) -> None:
    failure = found(run, name)
    assert failure.lock_classes == ("raw", "spin")
    assert failure.details[1] == f"the context is {context} (sleeps on PREEMPT_RT)"


def test_the_innermost_of_several_is_named(failure_of: FailureOf) -> None:
    def program(scheduler: Scheduler) -> None:
        kernel = Kernel(scheduler)
        inner = SpinLock(kernel.order, kernel.order.lock_class("inner"), "0")

        def body() -> None:
            with kernel.raw, inner:
                kernel.table.write_lock()

        kernel.runs(body)

    assert failure_of(program).lock_classes == ("inner", "table")


def test_subclasses_are_waited_for_alike(failure_of: FailureOf) -> None:
    def program(scheduler: Scheduler) -> None:
        kernel = Kernel(scheduler)

        def body() -> None:
            with kernel.raw:
                kernel.spin.lock(1)

        kernel.runs(body)

    assert failure_of(program).lock_classes == ("raw", "spin")


@pytest.mark.parametrize("inside", [True, False])
def test_a_timer_may_take_what_sleeps_on_rt_but_not_inside_what_spins(
    carriers: OsThreads, inside: bool
) -> None:
    def program(scheduler: Scheduler) -> None:
        kernel = Kernel(scheduler)

        def fires() -> None:
            if inside:
                kernel.raw.lock()
            kernel.takes_spin()

        timer = Timer(scheduler, "0", fires)

        def body() -> None:
            timer.mod_timer()
            timer.del_timer_sync()

        kernel.runs(body)

    expected = {"invalid wait context in takes_spin on raw, spin"} if inside else set()
    assert set(every_schedule(program, carriers).failures) == expected


@pytest.mark.parametrize("sleeps_on_rt", [True, False])
def test_what_sleeps_everywhere_is_told_as_that(failure_of: FailureOf, sleeps_on_rt: bool) -> None:
    def program(scheduler: Scheduler) -> None:
        order = LockOrder(scheduler)
        spin = SpinLock(order, order.lock_class("spin", sleeps_on_rt=sleeps_on_rt), "0")
        mutex = Mutex(order, order.lock_class("mutex"), "0")

        def body() -> None:
            with spin, mutex:
                pass

        scheduler.thread("t0", body)

    assert failure_of(program).kind == "sleep in atomic"


def test_nothing_is_judged_where_the_order_of_locks_is_not(run: Run) -> None:
    def program(scheduler: Scheduler) -> None:
        order = LockOrder(scheduler, checking=False)
        raw = SpinLock(order, order.lock_class("raw"), "0")
        spin = SpinLock(order, order.lock_class("spin", sleeps_on_rt=True), "0")

        def body() -> None:
            with raw, spin:
                pass

        scheduler.thread("t0", body)

    assert run(program).outcome == Passed()


def test_a_lock_says_how_it_is_waited_for(run: Run) -> None:
    types: dict[str, WaitType] = {}

    def program(scheduler: Scheduler) -> None:
        order = LockOrder(scheduler)
        locks: list[SpinLock | RwLock] = [
            SpinLock(order, order.lock_class("raw"), "0"),
            SpinLock(order, order.lock_class("spin", sleeps_on_rt=True), "0"),
            RwLock(order, order.lock_class("table"), "0"),
            Mutex(order, order.lock_class("mutex"), "0"),
        ]
        types.update((lock.lock_class.name, lock.lock_class.wait_type) for lock in locks)
        scheduler.thread("t0", lambda: None)

    run(program)
    assert types == {
        "raw": WaitType.SPIN,
        "spin": WaitType.CONFIG,
        "table": WaitType.CONFIG,
        "mutex": WaitType.SLEEP,
    }
    assert WaitType.SPIN < WaitType.CONFIG < WaitType.SLEEP


class Counted(LockOrder):
    """Counts how often it is notified of each lock."""

    def __init__(self, scheduler: Scheduler) -> None:
        super().__init__(scheduler)
        self.notified: Counter[str] = Counter()

    def learn(self, me: Thread, lock: Lock, bit: int) -> None:
        self.notified[lock.name] += 1
        super().learn(me, lock, bit)


@pytest.mark.parametrize("documented", [True, False])
def test_what_was_judged_once_is_no_news(run: Run, documented: bool) -> None:
    counted: list[Counter[str]] = []

    def program(scheduler: Scheduler) -> None:
        order = Counted(scheduler)
        counted.append(order.notified)
        outer, innermost = (order.lock_class(name) for name in ("mutex", "raw"))
        inner = order.lock_class("spin", sleeps_on_rt=True)
        if documented:
            order.document(outer, inner)
            order.document(inner, innermost)
        mutex = Mutex(order, outer, "0")
        spin, raw = (SpinLock(order, each, "0") for each in (inner, innermost))

        def body() -> None:
            for _ in range(20):
                with mutex, spin, raw:
                    pass

        scheduler.thread("t0", body)

    assert run(program).outcome == Passed()
    assert counted == [{"mutex[0]": 1, "spin[0]": 1, "raw[0]": 1}]


def test_srcu_is_no_lock_that_spins(run: Run) -> None:
    def program(scheduler: Scheduler) -> None:
        kernel = Kernel(scheduler)
        domain = Srcu(kernel.order, kernel.order.lock_class("domain"), "0")

        def body() -> None:
            section = domain.read_lock()
            kernel.takes_spin()
            domain.read_unlock(section)
            with Mutex(kernel.order, kernel.order.lock_class("mutex"), "0"):
                domain.synchronize()

        kernel.runs(body)

    assert run(program).outcome == Passed()
