# SPDX-License-Identifier: GPL-2.0-only
"""Is an OS thread that the scheduler does not know refused where it calls the harness?"""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from queue import SimpleQueue

import pytest

from harness import Carriers, Cell, Failed, OsThreads, Passed, Scheduler, Strategy, Stream, execute
from harness.engine.greenlets import Greenlets
from harness.search.strategies import STRATEGIES

KINDS: list[Callable[[], AbstractContextManager[Carriers]]] = [OsThreads, Greenlets]
Work = Callable[[], object]


@pytest.fixture(params=KINDS)
def carriers(request: pytest.FixtureRequest) -> Iterator[Carriers]:
    with request.param() as carriers:
        yield carriers


@pytest.fixture
def elsewhere() -> Iterator[Callable[[Work], None]]:
    """Return what has work done by an OS thread of its own, and waits for it."""
    queue: SimpleQueue[tuple[Work, threading.Event] | None] = SimpleQueue()

    def serve() -> None:
        while (asked := queue.get()) is not None:
            work, done = asked
            try:
                work()
            except BaseException:
                pass
            finally:
                done.set()

    def ask(work: Work) -> None:
        done = threading.Event()
        queue.put((work, done))
        done.wait()

    helper = threading.Thread(target=serve)
    helper.start()
    yield ask
    queue.put(None)
    helper.join()


def program(does: Callable[[Cell[int]], object]) -> Callable[[Scheduler], None]:
    """Return a program of two threads that do something to a cell twice."""

    def program(scheduler: Scheduler) -> None:
        cell = Cell(scheduler, "cell", "0", 0)

        def body() -> None:
            does(cell)
            does(cell)

        scheduler.thread("a", body)
        scheduler.thread("b", body)

    return program


def random_walk() -> Strategy:
    return STRATEGIES["random-walk"](Stream("foreign threads", 0), 10)


def test_another_os_thread_that_calls_the_harness_is_refused_by_name(
    carriers: Carriers, elsewhere: Callable[[Work], None]
) -> None:
    def writes(cell: Cell[int]) -> None:
        elsewhere(lambda: cell.write(1))

    outcome = execute(program(writes), random_walk(), carriers).outcome
    assert isinstance(outcome, Failed)
    assert outcome.failure.kind == "foreign thread"
    assert "a thread that the program has not added to the scheduler" in outcome.failure.message
    (line,) = outcome.failure.details
    assert line.startswith("test_foreign_threads.py:")
    # The next one on these carriers finds nothing of that.
    again = execute(program(lambda cell: cell.write(1)), random_walk(), carriers)
    assert isinstance(again.outcome, Passed)


def test_one_that_does_something_else_is_left_alone(
    carriers: Carriers, elsewhere: Callable[[Work], None]
) -> None:
    counted: list[int] = []

    def writes(cell: Cell[int]) -> None:
        elsewhere(lambda: counted.append(1))
        cell.write(len(counted))

    assert isinstance(execute(program(writes), random_walk(), carriers).outcome, Passed)
    assert len(counted) == 4
