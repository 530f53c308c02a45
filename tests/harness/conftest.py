# SPDX-License-Identifier: GPL-2.0-only
"""What the tests of the harness share: how to run a program once and read what it did."""

from collections.abc import Callable, Iterator

import pytest

from harness import (
    Cell,
    Execution,
    Failed,
    Failure,
    OsThreads,
    Scheduler,
    Strategy,
    Streams,
    execute,
)
from harness.engine.strategy import Quiet
from harness.engine.trace import entry_text, numbered
from harness.search.strategies import STRATEGIES

Program = Callable[[Scheduler], None]


@pytest.fixture
def carriers() -> Iterator[OsThreads]:
    """A pool of its own for each test."""
    with OsThreads() as pool:
        yield pool


@pytest.fixture
def run(carriers: OsThreads) -> Callable[..., Execution]:
    """Run a program once, quietly if no strategy is named."""

    def run_once(
        program: Program,
        strategy: Strategy | None = None,
        *,
        steps_max: int = 20_000,
        listen: bool = False,
    ) -> Execution:
        return execute(
            program,
            strategy or Quiet(),
            carriers,
            steps_max=steps_max,
            touches=[] if listen else None,
        )

    return run_once


@pytest.fixture
def failure_of(run: Callable[..., Execution]) -> Callable[..., Failure]:
    """Run a program that has to fail, and return its failure."""

    def run_and_fail(
        program: Program, strategy: Strategy | None = None, *, steps_max: int = 20_000
    ) -> Failure:
        outcome = run(program, strategy, steps_max=steps_max).outcome
        assert isinstance(outcome, Failed), outcome
        return outcome.failure

    return run_and_fail


@pytest.fixture
def story() -> Callable[[Execution], list[str]]:
    """Tell an execution as one "role: operation" for each operation of its trace."""

    def tell(execution: Execution) -> list[str]:
        return [f"{role}: {entry_text(entry)}" for _, role, entry in numbered(execution.trace)]

    return tell


@pytest.fixture
def readers() -> Callable[..., Program]:
    """Make a program of threads that read a cell so many times: readers(a=2, b=3)."""

    def program_of(**reads: int) -> Program:
        def program(scheduler: Scheduler) -> None:
            def body_of(role: str, count: int) -> Callable[[], None]:
                cell = Cell(scheduler, "cell", role, 0)

                def body() -> None:
                    for _ in range(count):
                        cell.read()

                return body

            for role, count in reads.items():
                scheduler.thread(role, body_of(role, count))

        return program

    return program_of


@pytest.fixture
def kinds_in(carriers: OsThreads) -> Callable[..., set[str]]:
    """Run a program under several strategies; return the kinds of failure that were met."""

    def run_many(program: Program, executions: int = 100) -> set[str]:
        kinds = set()
        length = execute(program, Quiet(), carriers).steps
        for strategy in ("random-walk", "pct", "burst", "pos"):
            for index in range(executions):
                stream = Streams(1, program.__name__, index).stream("schedule")
                outcome = execute(program, STRATEGIES[strategy](stream, length), carriers).outcome
                if isinstance(outcome, Failed):
                    kinds.add(outcome.failure.kind)
        return kinds

    return run_many
