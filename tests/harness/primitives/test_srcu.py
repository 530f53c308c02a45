# SPDX-License-Identifier: GPL-2.0-only
"""Does each writer wait for the sections that were open when it came, whoever else waits?"""

from collections.abc import Callable

import pytest

from harness import Cell, Execution, Failed, Failure, LockOrder, OsThreads, Passed, Scheduler
from harness.primitives.mutex import Mutex
from harness.primitives.srcu import Srcu
from harness.search.explore import every_behaviour

Run = Callable[..., Execution]
FailureOf = Callable[..., Failure]


def domain_of(scheduler: Scheduler) -> Srcu:
    order = LockOrder(scheduler)
    return Srcu(order, order.lock_class("domain"), "0")


def test_two_writers_each_wait_for_who_was_reading(carriers: OsThreads) -> None:
    def program(scheduler: Scheduler) -> None:
        domain, cell = domain_of(scheduler), Cell(scheduler, "cell", "0", 0)
        reading: list[int] = []

        def read() -> None:
            section = domain.read_lock()
            reading.append(section)
            cell.read()
            reading.remove(section)
            domain.read_unlock(section)

        def write() -> None:
            before = set(reading)
            domain.synchronize()
            if before & set(reading):
                scheduler.fail(Failure("bug", "somebody still reads"))

        scheduler.thread("reader", read)
        scheduler.thread("w0", write)
        scheduler.thread("w1", write)

    explored = every_behaviour(program, carriers)
    assert explored.complete
    assert not explored.failures


@pytest.mark.parametrize("entered", [0, 1])
def test_a_section_is_left_that_was_entered_and_once(failure_of: FailureOf, entered: int) -> None:
    def program(scheduler: Scheduler) -> None:
        domain = domain_of(scheduler)

        def leaves_too_often() -> None:
            sections = [domain.read_lock() for _ in range(entered)]
            for section in [*sections, *sections, 9]:
                domain.read_unlock(section)

        scheduler.thread("t0", leaves_too_often)

    failure = failure_of(program)
    assert failure.signature == "read section unbalanced in leaves_too_often on domain"
    assert failure.message.startswith("t0 leaves a section it is not in")


@pytest.mark.parametrize("nested", [True, False])
def test_leaving_one_domain_is_not_leaving_another_of_its_class(run: Run, nested: bool) -> None:
    def program(scheduler: Scheduler) -> None:
        order = LockOrder(scheduler)
        lock_class = order.lock_class("domain")
        outer, inner = (Srcu(order, lock_class, name) for name in ("outer", "inner"))
        mutex = Mutex(order, order.lock_class("mutex"), "0")

        def read() -> None:
            section = outer.read_lock()
            inner.read_unlock(inner.read_lock())
            if not nested:
                outer.read_unlock(section)
            with mutex:
                pass
            if nested:
                outer.read_unlock(section)

        def write() -> None:
            with mutex:
                outer.synchronize()

        scheduler.thread("reader", read)
        scheduler.thread("writer", write)

    outcome = run(program).outcome
    if nested:
        assert isinstance(outcome, Failed)
        assert outcome.failure.kind == "lock order"
    else:
        assert outcome == Passed()
