# SPDX-License-Identifier: GPL-2.0-only
"""Is what is asked when all threads have ended a verdict like any other?"""

import pytest

from harness import (
    Carriers,
    Cell,
    Execution,
    Failed,
    Failure,
    HarnessBug,
    LockOrder,
    Mutex,
    Passed,
    Quiet,
    Scheduler,
    execute,
)


def ended(carriers: Carriers, *asked: str) -> Execution:
    """Run a program that asks these when its threads have ended."""

    def program(scheduler: Scheduler) -> None:
        order, cell = LockOrder(scheduler), Cell(scheduler, "x", "0", 0)
        lock = Mutex(order, order.lock_class("lock"), "0")

        def passes() -> None:
            with lock:
                assert cell.read() == 1

        def asserts() -> None:
            assert cell.read() == 2, "not two"

        def returns() -> Failure | None:
            return Failure("left behind", f"x is {cell.read()}")

        def fails() -> None:
            scheduler.fail(Failure("failed at the end", "x"))

        questions = {each.__name__: each for each in (passes, asserts, returns, fails)}
        scheduler.thread("a", lambda: cell.write(1))
        scheduler.at_end += [questions[name] for name in asked]

    return execute(program, Quiet(), carriers)


def test_primitives_can_be_read_and_take_no_step(carriers: Carriers) -> None:
    execution = ended(carriers, "passes")
    assert execution.outcome == Passed()
    assert execution.digest == ended(carriers).digest


@pytest.mark.parametrize(
    ("asked", "signature", "message"),
    [
        ("asserts", "exception in asserts", "AssertionError: not two"),
        ("returns", "left behind", "x is 1"),
        ("fails", "failed at the end", "x"),
    ],
)
def test_what_is_wrong_at_the_end_fails_the_execution(
    carriers: Carriers, asked: str, signature: str, message: str
) -> None:
    outcome = ended(carriers, "passes", asked, "returns").outcome
    assert isinstance(outcome, Failed)
    assert outcome.failure.signature == signature
    assert outcome.failure.message.startswith(message)


def test_the_next_execution_runs_on_the_same_carriers(carriers: Carriers) -> None:
    ended(carriers, "asserts")
    assert ended(carriers).outcome == Passed()


def test_what_the_harness_does_wrong_there_is_its_own_bug(carriers: Carriers) -> None:
    def program(scheduler: Scheduler) -> None:
        scheduler.thread("a", lambda: None)
        thread = scheduler.thread("b", lambda: None)
        scheduler.at_end += [thread.retire, thread.retire]  # the second has nothing to release

    with pytest.raises(HarnessBug):
        execute(program, Quiet(), carriers)
