# SPDX-License-Identifier: GPL-2.0-only
"""Does an execution that does not end become a failure that names the loop it is in?"""

from collections.abc import Callable

import pytest

from harness import Cell, Execution, Failure, Passed, Scheduler, Stream
from harness.search.strategies import STRATEGIES

Run = Callable[..., Execution]
FailureOf = Callable[..., Failure]


def polls_for_ever(scheduler: Scheduler) -> None:
    """A loop in `polls` that reads in two helper functions by turns."""
    flag = Cell(scheduler, "flag", "0", 0)

    def looks() -> bool:
        return flag.read() == 0

    def looks_again() -> bool:
        return flag.read() == 0

    def polls() -> None:
        while looks() and looks_again():
            pass

    def body() -> None:
        polls()

    scheduler.thread("poller", body)


def test_a_loop_without_end_is_a_failure(failure_of: FailureOf) -> None:
    assert failure_of(polls_for_ever, steps_max=100).kind == "step bound"


def test_the_loop_is_named_and_not_what_it_calls(failure_of: FailureOf) -> None:
    failure = failure_of(polls_for_ever, steps_max=100)
    assert failure.functions == ("polls",)
    assert "poller goes round in polls" in failure.message
    assert "100 steps" in failure.message


def test_the_last_operation_of_each_busy_thread_is_told(failure_of: FailureOf) -> None:
    (detail,) = failure_of(polls_for_ever, steps_max=100).details
    assert detail.startswith("poller: body > polls > looks")
    assert detail.endswith("read flag[0]")


@pytest.mark.parametrize("name", STRATEGIES)
def test_a_loop_is_named_under_every_strategy(failure_of: FailureOf, name: str) -> None:
    def program(scheduler: Scheduler) -> None:
        polls_for_ever(scheduler)
        cell = Cell(scheduler, "cell", "0", 0)
        scheduler.thread("other", lambda: cell.write(1))

    failure = failure_of(program, STRATEGIES[name](Stream("loop", name), 100), steps_max=100)
    assert failure.functions == ("polls",)


def test_the_busiest_thread_is_the_one_that_is_named(failure_of: FailureOf) -> None:
    def program(scheduler: Scheduler) -> None:
        cell = Cell(scheduler, "cell", "0", 0)

        def reads_a_while() -> None:
            for _ in range(150):
                cell.read()

        scheduler.thread("finite", reads_a_while)
        polls_for_ever(scheduler)

    failure = failure_of(program, steps_max=100)
    assert failure.message.endswith("poller goes round in polls")


def test_an_execution_within_its_bound_passes(run: Run, readers: Callable[..., object]) -> None:
    assert run(readers(a=9), steps_max=10).outcome == Passed()


def test_a_loop_that_a_spinner_shares_with_its_waker_ends(run: Run) -> None:
    def program(scheduler: Scheduler) -> None:
        flag = Cell(scheduler, "flag", "0", 0)

        def spins() -> None:
            while flag.read() == 0:
                pass

        scheduler.thread("spinner", spins)
        scheduler.thread("setter", lambda: flag.write(1))

    strategy = STRATEGIES["random-walk"](Stream("spin"), 10)
    assert run(program, strategy, steps_max=1000).outcome == Passed()
