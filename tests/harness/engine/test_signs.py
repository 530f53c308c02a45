# SPDX-License-Identifier: GPL-2.0-only
"""Is analysis a sign of life, and code under test that takes no step none?"""

from collections.abc import Callable

from harness import Cell, Execution, Scheduler
from harness.engine.signs import SIGNS
from harness.schedule.footprint import steps_of
from harness.search.behaviour import behaviour
from harness.search.reversals import Races

Run = Callable[..., Execution]


def reads(scheduler: Scheduler) -> None:
    cell = Cell(scheduler, "cell", "0", 0)

    def body() -> None:
        for _ in range(50):
            cell.read()
        for _ in range(10_000):
            pass  # no scheduling point here

    scheduler.thread("reads", body)


def moved(action: Callable[[], object]) -> int:
    before = SIGNS.analysed
    action()
    return SIGNS.analysed - before


def test_each_step_that_is_analysed_is_a_sign(run: Run) -> None:
    execution = run(reads, listen=True)
    steps = steps_of(execution.trace, execution.touches)
    assert moved(lambda: steps_of(execution.trace, execution.touches)) == len(steps)
    assert moved(lambda: behaviour(execution.trace, execution.touches)) >= len(steps)
    assert moved(lambda: Races(steps)) == len(steps)


def test_code_under_test_gives_no_sign_but_its_steps(run: Run) -> None:
    assert moved(lambda: run(reads)) == 0
    assert moved(lambda: run(reads, listen=True)) == 0
