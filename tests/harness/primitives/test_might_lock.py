# SPDX-License-Identifier: GPL-2.0-only
"""Is a lock that a function might take judged where it might, and taken by nobody?"""

from collections.abc import Callable

import pytest

from harness import Execution, Failure, LockOrder, Passed, Scheduler, SpinLock
from harness.primitives import might_lock

Run = Callable[..., Execution]
Program = Callable[[Scheduler], None]


def asks(*held: str, irqs_off: bool = False) -> Program:
    """Make a program that might lock `table` inside of these, which stands before `list`."""

    def program(scheduler: Scheduler) -> None:
        order = LockOrder(scheduler)
        table = order.lock_class("table", irqs_off=irqs_off)
        classes = {"list": order.lock_class("list"), "outer": order.lock_class("outer")}
        order.document(table, classes["list"])
        locks = [SpinLock(order, classes[name], "0") for name in held]
        wanted = SpinLock(order, table, "0")

        def body() -> None:
            for lock in locks:
                lock.lock()
            might_lock(order, wanted, wanted.lock_class)
            assert not wanted.shut
            for lock in reversed(locks):
                lock.unlock()

        scheduler.thread("t0", body)

    return program


def test_it_is_an_order_like_any_other(failure_of: Callable[..., Failure]) -> None:
    failure = failure_of(asks("list"))
    assert failure.kind == "lock order"
    assert failure.lock_classes == ("list", "table")


@pytest.mark.parametrize("irqs_off", [False, True])
@pytest.mark.parametrize("held", [(), ("outer",)])
def test_where_it_may_be_taken_nothing_is_said(
    held: tuple[str, ...], irqs_off: bool, run: Run
) -> None:
    """Whoever takes it turns interrupts off for it."""
    execution = run(asks(*held, irqs_off=irqs_off))
    assert execution.outcome == Passed()
    assert "table" not in str(execution.trace)
