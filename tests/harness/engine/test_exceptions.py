# SPDX-License-Identifier: GPL-2.0-only
"""Is an exception of the code under test a finding, and one of the harness never taken for one?"""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from harness import Cell, Execution, Failure, HarnessBug, Ipi, Passed, Scheduler
from harness.engine.deviation import Deviation
from harness.engine.strategy import NEVER
from harness.engine.threads import Thread
from harness.schedule.replay import StrictReplay

Program = Callable[[Scheduler], None]
Run = Callable[..., Execution]
FailureOf = Callable[..., Failure]
Readers = Callable[..., Program]


class PicksNobody:
    """A broken strategy: its pick is no index into the options."""

    next_point = NEVER
    asks_on_growth = False

    def begin(self, threads: Sequence[Thread]) -> None:
        """Nothing to learn."""

    def pick(self, step: int, me: Thread, options: Sequence[Thread]) -> int:
        return 0 if step == 0 else len(options)


def divides(by: int) -> int:
    return 1 // by


def failing_in_a_thread(scheduler: Scheduler) -> None:
    cell = Cell(scheduler, "cell", "0", 0)

    def body() -> None:
        divides(cell.read())

    scheduler.thread("a", body)


def test_an_exception_of_a_model_function_is_a_failure_that_names_it(
    failure_of: FailureOf,
) -> None:
    failure = failure_of(failing_in_a_thread)
    assert failure.kind == "exception"
    assert failure.functions == ("divides",)
    assert failure.message.startswith("ZeroDivisionError: ")
    assert failure.signature == "exception in divides"


def test_an_exception_is_told_from_the_line_it_came_up_in(failure_of: FailureOf) -> None:
    details = failure_of(failing_in_a_thread).details
    assert [line.rpartition(" in ")[2] for line in details] == ["divides", "body"]
    assert all(line.startswith("test_exceptions.py:") for line in details)


def test_an_exception_that_comes_up_in_python_begins_with_the_line_that_called(
    failure_of: FailureOf,
) -> None:
    def body() -> None:
        Path("").with_name("x")

    first, last = failure_of(lambda scheduler: scheduler.thread("a", body)).details
    assert first.endswith(" in body")
    # The file is pathlib.py, or from 3.13 on one of the package pathlib.
    assert last.startswith("raised in ")
    assert last.endswith(" in with_name")


def test_an_exception_before_the_first_operation_is_a_failure_too(failure_of: FailureOf) -> None:
    def body() -> None:
        divides(0)

    assert failure_of(lambda scheduler: scheduler.thread("a", body)).functions == ("divides",)


def test_an_exception_is_a_failure_whatever_its_base_class(failure_of: FailureOf) -> None:
    def gives_up() -> None:
        raise SystemExit(3)

    failure = failure_of(lambda scheduler: scheduler.thread("a", gives_up))
    assert failure.kind == "exception"
    assert failure.functions == ("gives_up",)
    assert failure.message == "SystemExit: 3"


def test_a_handled_exception_is_no_failure(run: Run) -> None:
    def program(scheduler: Scheduler) -> None:
        cell = Cell(scheduler, "cell", "0", 0)

        def body() -> None:
            with pytest.raises(ZeroDivisionError):
                divides(cell.read())

        scheduler.thread("a", body)

    assert run(program).outcome == Passed()


def test_an_exception_at_quiescence_is_a_failure(failure_of: FailureOf) -> None:
    def program(scheduler: Scheduler) -> None:
        def judges_wrongly() -> bool:
            return divides(0) == 0

        scheduler.on_quiescence = judges_wrongly
        scheduler.thread("a", Ipi(scheduler, "0").wait)

    assert failure_of(program).functions == ("divides",)


def test_an_exception_of_the_harness_is_a_harness_bug(run: Run, readers: Readers) -> None:
    with pytest.raises(HarnessBug, match="in the harness: IndexError"):
        run(readers(a=1, b=1), PicksNobody())


def test_a_harness_bug_tells_its_cause(run: Run, readers: Readers) -> None:
    with pytest.raises(HarnessBug) as caught:
        run(readers(a=1, b=1), PicksNobody())
    assert isinstance(caught.value.__cause__, IndexError)


def test_a_misused_primitive_is_no_fault_of_the_code_under_test(run: Run) -> None:
    def program(scheduler: Scheduler) -> None:
        def body() -> None:
            scheduler.point(None)  # type: ignore[arg-type]
            scheduler.gated_point(None)  # type: ignore[arg-type]

        scheduler.thread("a", body)

    with pytest.raises(HarnessBug, match="AttributeError"):
        run(program)


def test_a_failure_is_no_harness_bug_while_a_replay_is_under_way(failure_of: FailureOf) -> None:
    failure = failure_of(failing_in_a_thread, StrictReplay([Deviation("a", 9, "b")]))
    assert failure.kind == "exception"


def test_a_failing_thread_does_not_hide_behind_another_that_goes_on(
    run: Run, story: Callable[[Execution], list[str]]
) -> None:
    def program(scheduler: Scheduler) -> None:
        failing_in_a_thread(scheduler)
        cell = Cell(scheduler, "cell", "1", 0)
        scheduler.thread("b", lambda: cell.write(1))

    assert story(run(program)) == ["a: read cell[0]"]


def test_the_ids_of_a_failure_are_no_part_of_its_signature() -> None:
    one = Failure("deadlock", "a waits", ("f", "g"), ("irq_lock",), ("vcpu0: ...",))
    two = Failure("deadlock", "b waits", ("f", "g"), ("irq_lock",), ("vcpu1: ...",))
    assert one.signature == two.signature == "deadlock in f, g on irq_lock"
    assert Failure("deadlock", "a waits", ("f",), ("irq_lock",)).signature != one.signature
