# SPDX-License-Identifier: GPL-2.0-only
"""Does a strategy see its program run, and is a run that fails the execution itself?"""

from collections.abc import Callable, Sequence

from harness import Cell, Execution, Failed, Passed, Scheduler
from harness.engine.rehearsal import Rehearsing, Run
from harness.engine.strategy import Quiet
from harness.engine.streams import Stream
from harness.engine.threads import operation
from harness.schedule.footprint import Step, steps_of
from harness.search.strategies.random_walk import RandomWalk

RunOnce = Callable[..., Execution]


class Looks(Quiet, Rehearsing):
    """Runs its program twice beforehand, and notes the steps that it is shown."""

    def __init__(self) -> None:
        self.shown: list[Sequence[Step]] = []

    def rehearse(self, run: Run) -> None:
        for strategy in (Quiet(), RandomWalk(Stream("looks"), 10)):
            self.shown.append(steps_of(*run(strategy, [])))


def reads(scheduler: Scheduler) -> None:
    cell = Cell(scheduler, "cell", "0", 0)
    for role in "ab":
        scheduler.thread(role, lambda: scheduler.note(cell.read()))


def spins(scheduler: Scheduler) -> None:
    cell = Cell(scheduler, "cell", "0", 0)

    def body() -> None:
        while not cell.read():
            pass

    scheduler.thread("spins", body)


def test_a_strategy_is_shown_the_steps_of_each_run(run: RunOnce) -> None:
    strategy = Looks()
    assert run(reads, strategy).outcome == Passed()
    assert [sum(step.published.kind == "read" for step in each) for each in strategy.shown] == [
        2,
        2,
    ]


def test_a_run_that_fails_is_the_execution_and_nothing_of_it_is_shown(run: RunOnce) -> None:
    strategy = Looks()
    execution = run(spins, strategy, steps_max=100)
    assert isinstance(execution.outcome, Failed)
    assert execution.outcome.failure.kind == "step bound"
    assert execution.digest == run(spins, steps_max=100).digest
    assert strategy.shown == []


def test_what_the_steps_of_a_run_that_fails_touch_is_told_to_who_listens(run: RunOnce) -> None:
    def touches_and_spins(scheduler: Scheduler) -> None:
        cell = Cell(scheduler, "cell", "0", 0)

        def body() -> None:
            cell.read()
            scheduler.touch(operation("use", "object", "touched"))

        scheduler.thread("touches", body)
        spins(scheduler)

    touches = run(touches_and_spins, Looks(), steps_max=100, listen=True).touches
    assert [str(touched) for _, touched in touches] == ["use touched"]
