# SPDX-License-Identifier: GPL-2.0-only
"""Do the runs around a walk differ from it in one race, and is one that fails the execution?

The programs write down the order of their writes, which is their behaviour: all of them conflict.
"""

from collections.abc import Callable
from itertools import pairwise
from statistics import median

import pytest

from harness import (
    Cell,
    Execution,
    Failed,
    Failure,
    LockOrder,
    OsThreads,
    Scheduler,
    SpinLock,
    Stream,
    execute,
)
from harness.engine.trace import Touch
from harness.search.strategies.neighbours import Neighbours
from tests.programs import EXAMPLES

RUNS = 5

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


def orders(run: Run, seed: int, threads: str = "abc", writes: int = 2) -> list[str]:
    program = Writers(threads, writes)
    run(program, Neighbours(Stream("neighbours", seed), 12))
    return program.orders


@pytest.mark.parametrize("seed", range(10))
def test_an_execution_is_five_runs(run: Run, seed: int) -> None:
    assert len(orders(run, seed)) == RUNS


@pytest.mark.parametrize("seed", range(10))
def test_who_was_overtaken_last_goes_on_at_once(run: Run, seed: int) -> None:
    walk, latest, *_ = orders(run, seed, "ab")
    # The last place at which somebody else came next: there it is now the other way round, and
    # the one who was overtaken takes two steps, if it has two left.
    last = max(place for place in range(3) if walk[place] != walk[place + 1])
    overtaken, later = walk[last], walk[last + 1]
    goes_on = overtaken * min(2, walk[last:].count(overtaken))
    assert latest.startswith(walk[:last] + later + goes_on)


@pytest.mark.parametrize("seed", range(30))
def test_a_drawn_race_of_the_walk_is_the_other_way_round(run: Run, seed: int) -> None:
    walk, _, drawn, *_ = orders(run, seed, "ab")
    races = [place for place in range(3) if walk[place] != walk[place + 1]]
    # The last one has been reversed before this run; where it was the only one, it walks.
    reversals = tuple(walk[:place] + walk[place + 1] for place in races[:-1])
    assert not reversals or drawn.startswith(reversals)


def test_after_a_drawn_race_come_bursts(run: Run) -> None:
    def switches(order: str) -> int:
        return sum(one != other for one, other in pairwise(order))

    seen = [orders(run, seed, "ab", 12) for seed in range(20)]
    drawn = sum(switches(each[2][12:]) for each in seen)
    at_random = sum(switches(each[0][12:]) for each in seen)
    assert 0 < drawn < at_random / 2


@pytest.mark.parametrize("seed", range(10))
def test_around_the_quiet_run_one_thread_gets_through_in_the_middle_of_the_other(
    run: Run, seed: int
) -> None:
    # Quietly it is aabb: a's second write races with b's first and nothing else does. Once b has
    # got through in between, so do a's first write with b's first, and b's last with a's last.
    *_, quiet, further = orders(run, seed, "ab")
    assert quiet == "abba"
    assert further in ("abab", "bbaa")


def test_a_race_over_data_is_reversed_before_later_ones_over_locks(run: Run) -> None:
    order: list[str] = []

    def program(scheduler: Scheduler) -> None:
        locks = LockOrder(scheduler)
        cell = Cell(scheduler, "cell", "0", "")
        lock = SpinLock(locks, locks.lock_class("lock"), "0")
        order.append("")

        def body(name: str) -> None:
            cell.write(name)
            order[-1] += name
            lock.lock()
            lock.unlock()

        for name in "ab":
            scheduler.thread(name, lambda name=name: body(name))  # type: ignore[misc]

    for seed in range(10):
        order.clear()
        run(program, Neighbours(Stream("data", seed), 12))
        assert order[1] == order[0][::-1]


def test_the_walk_is_another_one_each_time(run: Run) -> None:
    assert len({orders(run, seed)[0] for seed in range(20)}) > 10


def test_where_there_is_no_race_left_it_walks_again(run: Run) -> None:
    seen = orders(run, 0, "ab", 1)
    assert len(seen) == RUNS
    assert set(seen) == {"ab", "ba"}


def test_without_races_it_walks_five_times(run: Run) -> None:
    assert orders(run, 0, "a", 3) == ["aaa"] * RUNS


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


@pytest.mark.parametrize(
    ("name", "runs"),
    [("checked_twice", 2), ("half_done", 2), ("depth_three", 3), ("same_head_again", 10)],
)
def test_what_walks_hardly_ever_meet_is_met_around_them(run: Run, name: str, runs: int) -> None:
    found = []
    for seed in range(21):
        count = 0

        def counted(scheduler: Scheduler) -> None:
            nonlocal count
            count += 1
            EXAMPLES[name].buggy(scheduler)

        for index in range(20):
            strategy = Neighbours(Stream(name, seed, index), 12)
            if isinstance(run(counted, strategy).outcome, Failed):
                break
        found.append(count)
    assert median(found) <= runs
