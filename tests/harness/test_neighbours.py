# SPDX-License-Identifier: GPL-2.0-only
"""Are the runs around a random walk of different behaviours, and is the failing one the execution?

The program writes down the order of its writes, which is its behaviour: they all conflict.
"""

from collections.abc import Callable

import pytest

from harness import Cell, Execution, Failed, Failure, OsThreads, Scheduler, Stream, execute
from harness.strategies.neighbours import RUNS, Neighbours
from harness.trace import Touch

Program = Callable[[Scheduler], None]
Run = Callable[..., Execution]


class Writers:
    """Threads that write to one cell; the orders in which they did, one for each run."""

    def __init__(self, threads: str, writes: int, wrong: str = "") -> None:
        self.orders: list[str] = []
        self._threads = threads
        self._writes = writes
        self._wrong = wrong

    def __call__(self, scheduler: Scheduler) -> None:
        cell = Cell(scheduler, "cell", "0", "")
        self.orders.append("")

        def body(name: str) -> None:
            for _ in range(self._writes):
                cell.write(name)
                self.orders[-1] += name
                if self.orders[-1] == self._wrong:
                    scheduler.fail(Failure("bug", "this order is wrong"))

        for name in self._threads:
            scheduler.thread(name, lambda name=name: body(name))  # type: ignore[misc]


@pytest.mark.parametrize("seed", range(10))
def test_a_dozen_runs_are_of_a_dozen_behaviours(run: Run, seed: int) -> None:
    program = Writers("abc", 2)
    run(program, Neighbours(Stream("neighbours", seed), 12))
    whole = [order for order in program.orders if len(order) == 6]
    assert len(program.orders) == RUNS
    assert len(set(whole)) == len(whole) > RUNS / 2


def test_the_walk_is_another_one_each_time(run: Run) -> None:
    roots = set()
    for seed in range(20):
        program = Writers("abc", 2)
        run(program, Neighbours(Stream("neighbours", seed), 12))
        roots.add(program.orders[0])
    assert len(roots) > 10


def test_a_small_program_is_seen_whole_and_then_walked_through_again(run: Run) -> None:
    program = Writers("ab", 1)
    execution = run(program, Neighbours(Stream("whole"), 4))
    assert program.orders[:2] in (["ab", "ba"], ["ba", "ab"])
    assert len(program.orders) == 3
    assert execution.steps


@pytest.mark.parametrize("listen", [False, True])
def test_a_rehearsal_that_fails_is_the_execution_and_is_not_run_again(
    carriers: OsThreads, listen: bool
) -> None:
    touches: list[Touch] | None = [] if listen else None
    program = Writers("ab", 1, wrong="b")
    execution = execute(program, Neighbours(Stream("fails"), 4), carriers, touches=touches)
    assert isinstance(execution.outcome, Failed)
    assert program.orders[-1] == "b"
    assert program.orders.count("b") == 1


def test_equal_streams_give_equal_executions(run: Run) -> None:
    digests = {run(Writers("abc", 2), Neighbours(Stream("same"), 12)).digest for _ in range(3)}
    assert len(digests) == 1
