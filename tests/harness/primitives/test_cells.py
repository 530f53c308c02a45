# SPDX-License-Identifier: GPL-2.0-only
"""Do shared words behave as memory does: lost updates without cmpxchg, none with it?"""

from collections.abc import Callable

import pytest

from harness import Atomic, Cell, Deviation, Execution, Failed, Failure, Passed, Scheduler, Stream
from harness.schedule.replay import StrictReplay
from harness.search.strategies.random_walk import RandomWalk

Program = Callable[[Scheduler], None]
Run = Callable[..., Execution]
Story = Callable[[Execution], list[str]]
Increment = Callable[[Cell[int]], None]

THREADS, TIMES = 2, 2


def reads_and_writes(cell: Cell[int]) -> None:
    cell.write(cell.read() + 1)


def compares_and_exchanges(cell: Cell[int]) -> None:
    old = cell.read()
    while (met := cell.cmpxchg(old, old + 1)) != old:
        old = met


def counts(increment: Increment) -> Program:
    """Two threads increment a cell twice each; fewer than four in the end is a failure."""

    def program(scheduler: Scheduler) -> None:
        cell, done = Cell(scheduler, "count", "0", 0), Atomic(scheduler, "done", "0")

        def body() -> None:
            for _ in range(TIMES):
                increment(cell)
            if done.fetch_add(1) == THREADS - 1 and cell.value != THREADS * TIMES:
                scheduler.fail(Failure("lost update", f"the count is {cell.value}"))

        for i in range(THREADS):
            scheduler.thread(f"t{i}", body)

    return program


def one_thread(body: Callable[[Scheduler], None]) -> Program:
    def program(scheduler: Scheduler) -> None:
        scheduler.thread("t", lambda: body(scheduler))

    return program


def test_a_cell_holds_what_was_written(run: Run) -> None:
    seen = []

    def body(scheduler: Scheduler) -> None:
        cell = Cell(scheduler, "word", "0", "first")
        seen.append(cell.read())
        cell.write("second")
        seen.append(cell.read())

    assert run(one_thread(body)).outcome == Passed()
    assert seen == ["first", "second"]


def test_cmpxchg_stores_only_where_it_finds_the_old_value(run: Run) -> None:
    seen = []

    def body(scheduler: Scheduler) -> None:
        cell = Cell(scheduler, "word", "0", 1)
        seen.append((cell.cmpxchg(1, 2), cell.value))
        seen.append((cell.cmpxchg(1, 3), cell.value))

    assert run(one_thread(body)).outcome == Passed()
    assert seen == [(1, 2), (2, 2)]


def test_fetch_add_returns_what_was_there(run: Run) -> None:
    seen = []

    def body(scheduler: Scheduler) -> None:
        counter = Atomic(scheduler, "count", "0", 5)
        seen.append((counter.fetch_add(2), counter.read()))
        seen.append((counter.fetch_add(-7), counter.read()))
        counter.set(9)
        seen.append((counter.value, counter.read()))

    assert run(one_thread(body)).outcome == Passed()
    assert seen == [(5, 7), (7, 0), (9, 9)]


@pytest.mark.parametrize(("before", "took", "after"), [(2, True, 1), (1, True, 0), (0, False, 0)])
def test_what_is_nothing_stays_nothing_where_one_is_taken_off(
    run: Run, before: int, took: bool, after: int
) -> None:
    seen = []

    def body(scheduler: Scheduler) -> None:
        count = Atomic(scheduler, "count", "0")
        count.value = before
        seen.append((count.dec_if_positive(), count.value))

    assert run(one_thread(body)).outcome == Passed()
    assert seen == [(took, after)]


@pytest.mark.parametrize("seed", range(8))
def test_two_that_take_the_last_one_do_not_both_get_it(run: Run, seed: int) -> None:
    took: list[bool] = []

    def program(scheduler: Scheduler) -> None:
        count = Atomic(scheduler, "count", "0")
        count.value = 1
        for i in range(2):
            scheduler.thread(f"t{i}", lambda: took.append(count.dec_if_positive()))

    assert run(program, strategy=RandomWalk(Stream("last", seed), 10)).outcome == Passed()
    assert sorted(took) == [False, True]


def test_each_access_is_one_scheduling_point_and_the_bare_value_is_none(
    run: Run, story: Story
) -> None:
    def body(scheduler: Scheduler) -> None:
        cell, counter = Cell(scheduler, "word", "0", 1), Atomic(scheduler, "count", "0")
        cell.read()
        cell.write(2)
        cell.cmpxchg(2, 3)
        counter.fetch_add(1)
        counter.set(1)
        counter.read()
        assert (cell.value, counter.value) == (3, 1)

    assert story(run(one_thread(body))) == [
        "t: read word[0]",
        "t: write word[0]",
        "t: cmpxchg word[0]",
        "t: add count[0]",
        "t: write count[0]",
        "t: read count[0]",
        "t: exit",
    ]


def test_an_access_happens_after_its_scheduling_point(run: Run) -> None:
    seen = []

    def program(scheduler: Scheduler) -> None:
        cell = Cell(scheduler, "word", "0", "old")
        scheduler.thread("reads", lambda: seen.append(cell.read()))
        scheduler.thread("writes", lambda: cell.write("new"))

    # The reader stands before its read while the other writes.
    run(program, StrictReplay([Deviation("reads", 1, "writes")]))
    assert seen == ["new"]


def test_a_lost_update_is_found_under_a_random_walk(run: Run) -> None:
    walks = (RandomWalk(Stream("lost", seed), 10) for seed in range(20))
    outcomes = [run(counts(reads_and_writes), walk).outcome for walk in walks]
    kinds = {outcome.failure.kind for outcome in outcomes if isinstance(outcome, Failed)}
    assert kinds == {"lost update"}
    assert Passed() in outcomes


def test_a_cmpxchg_loop_loses_no_update(run: Run) -> None:
    walks = (RandomWalk(Stream("kept", seed), 10) for seed in range(100))
    assert {run(counts(compares_and_exchanges), walk).outcome for walk in walks} == {Passed()}


@pytest.mark.parametrize("seed", range(20))
def test_fetch_add_loses_no_update(run: Run, seed: int) -> None:
    made: list[Atomic] = []

    def program(scheduler: Scheduler) -> None:
        counter = Atomic(scheduler, "count", "0")
        made.append(counter)

        def body() -> None:
            for _ in range(3):
                counter.fetch_add(1)

        for i in range(3):
            scheduler.thread(f"t{i}", body)

    run(program, RandomWalk(Stream("add", seed), 10))
    assert made[0].value == 9
