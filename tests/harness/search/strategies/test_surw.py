# SPDX-License-Identifier: GPL-2.0-only
"""Is the walk of SURW uniform where its paper says so, and complete everywhere?

Zhao, Wolff, Mathur, Roychoudhury: Selectively Uniform Concurrency Testing (ASPLOS 2025). The
claims: weighted by what each thread has left, every interleaving is equally likely; restricted to
interesting operations, every order of those is, however many others there are around them.
"""

from collections import Counter
from collections.abc import Callable
from math import comb

import pytest

from harness import Cell, Execution, LockOrder, Passed, Scheduler, SpinLock, Stream
from harness.engine.strategy import Strategy
from harness.schedule.footprint import steps_of
from harness.search.strategies.random_walk import RandomWalk
from harness.search.strategies.surw import Surw, contended

Run = Callable[..., Execution]

RUNS = 1200


def writers(*writes: int, private: int = 0) -> Callable[[Scheduler], None]:
    """Threads that write one cell so often; the first reads its own cell before each."""

    def program(scheduler: Scheduler) -> None:
        cell, own = Cell(scheduler, "cell", "0", 0), Cell(scheduler, "own", "0", 0)

        def body_of(index: int, count: int) -> Callable[[], None]:
            def body() -> None:
                for _ in range(count):
                    for _ in range(0 if index else private):
                        own.read()
                    cell.write(index)

            return body

        for index, count in enumerate(writes):
            scheduler.thread(f"t{index}", body_of(index, count))

    return program


def order_of_writes(execution: Execution) -> tuple[int, ...]:
    steps = steps_of(execution.trace, [])
    return tuple(step.thread for step in steps if step.published.kind == "write")


def frequencies(
    run: Run, program: Callable[[Scheduler], None], strategy: Callable[[Stream, int], Strategy]
) -> Counter[tuple[int, ...]]:
    return Counter(
        order_of_writes(run(program, strategy(Stream("uniform", seed), 20))) for seed in range(RUNS)
    )


@pytest.mark.parametrize("private", [0, 4])
def test_every_order_of_the_interesting_operations_is_equally_likely(
    run: Run, private: int
) -> None:
    program = writers(3, 3, private=private)
    counts = frequencies(run, program, Surw)
    assert len(counts) == comb(6, 3)
    expected = RUNS / comb(6, 3)
    # Chi-square with 19 degrees of freedom is above 43.8 in one case of a thousand.
    assert sum((count - expected) ** 2 / expected for count in counts.values()) < 43.8


def test_a_random_walk_is_far_from_that(run: Run) -> None:
    counts = frequencies(run, writers(3, 3, private=4), RandomWalk)
    expected = RUNS / comb(6, 3)
    assert sum((counts[key] - expected) ** 2 / expected for key in counts) > 400


def test_threads_of_different_length_are_weighted_by_it(run: Run) -> None:
    counts = frequencies(run, writers(1, 7), Surw)
    assert len(counts) == 8
    assert all(abs(count - RUNS / 8) < 50 for count in counts.values()), counts


def test_objects_of_one_thread_and_objects_that_are_only_read_are_not_interesting(
    run: Run,
) -> None:
    def program(scheduler: Scheduler) -> None:
        shared, read, own = (Cell(scheduler, name, "0", 0) for name in ("shared", "read", "own"))

        def body() -> None:
            read.read()
            shared.write(1)

        scheduler.thread("a", body)
        scheduler.thread("b", lambda: (read.read(), own.write(1), shared.read()))  # type: ignore[func-returns-value]

    steps = steps_of(run(program, listen=True).trace, [])
    assert contended(steps) == ["shared[0]"]


def test_a_thread_that_does_other_than_in_the_rehearsal_holds_nobody_up(run: Run) -> None:
    def program(scheduler: Scheduler) -> None:
        order = LockOrder(scheduler)
        lock = SpinLock(order, order.lock_class("lock"), "0")
        cell = Cell(scheduler, "cell", "0", 0)

        def first() -> None:
            for _ in range(4):
                if cell.read():
                    return
                with lock:
                    cell.write(0)

        def second() -> None:
            with lock:
                cell.write(1)
            for _ in range(4 * cell.read()):
                cell.read()

        scheduler.thread("first", first)
        scheduler.thread("second", second)

    for seed in range(100):
        assert run(program, Surw(Stream("held up", seed), 20)).outcome == Passed()
