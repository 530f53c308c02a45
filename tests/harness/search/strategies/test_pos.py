# SPDX-License-Identifier: GPL-2.0-only
"""Does POS keep the promises of its paper?

Yuan, Yang, Gu: Partial Order Aware Concurrency Sampling (CAV 2018). The algorithm: the pending
operation of highest random priority goes, and what races with it draws again. The claim: operations
that race with nobody do not make a race any harder to win, while for a random walk each of them
halves the chance.
"""

from collections.abc import Callable

import pytest

from harness import Cell, Execution, Failed, Failure, LockOrder, Scheduler, SpinLock, Stream
from harness.engine.threads import Operation, Thread
from harness.search.strategies.pos import Pos
from harness.search.strategies.random_walk import RandomWalk

Run = Callable[..., Execution]

RUNS = 900


class Fixed:
    """A stream whose words are given, for priorities that are known."""

    def __init__(self, *words: int) -> None:
        self.word = iter(words).__next__


def pending(*operations: Operation) -> list[Thread]:
    threads = [Thread(f"t{i}", i, lambda: None) for i in range(len(operations))]
    for thread, operation in zip(threads, operations, strict=True):
        thread.op = operation
    return threads


def overtaken_late(own: int) -> Callable[[Scheduler], None]:
    """One thread has operations of its own to do before it wins the race for the flag."""

    def program(scheduler: Scheduler) -> None:
        flag, private = Cell(scheduler, "flag", "0", 0), Cell(scheduler, "private", "0", 0)

        def long() -> None:
            for _ in range(own):
                private.read()
            flag.write(1)

        def short() -> None:
            if flag.read():
                scheduler.fail(Failure("bug", "the long way was quicker"))

        scheduler.thread("short", short)
        scheduler.thread("long", long)

    return program


def crosswise_locks(scheduler: Scheduler) -> None:
    """Two locks behind four reads, taken in either order."""
    order = LockOrder(scheduler)
    lock_class = order.lock_class("lock")
    one, two = (SpinLock(order, lock_class, str(i)) for i in range(2))

    def takes(role: str, first: SpinLock, second: SpinLock) -> None:
        private = Cell(scheduler, "private", role, 0)

        def body() -> None:
            for _ in range(4):
                private.read()
            first.lock()
            second.lock(1)
            second.unlock()
            first.unlock()

        scheduler.thread(role, body)

    takes("a", one, two)
    takes("b", two, one)


def found(run: Run, program: Callable[[Scheduler], None]) -> int:
    outcomes = [run(program, Pos(Stream("pos", seed), 50)).outcome for seed in range(RUNS)]
    return sum(isinstance(outcome, Failed) for outcome in outcomes)


def test_the_highest_priority_goes_and_only_what_races_with_it_draws_again() -> None:
    write_x, write_y = Operation("write", "x", "x[0]"), Operation("write", "y", "y[0]")
    threads = pending(write_x, write_x, write_y)
    pos = Pos(Fixed(30, 20, 10, 5, 40, 3), 10)  # type: ignore[arg-type]
    pos.begin(threads)  # priorities 30, 20, 10
    start = Thread("start", -1, lambda: None)
    assert pos.pick(0, start, threads) == 0  # and t1 races with it: 30, 5, 10
    # t0 stands at its next operation and draws 40; it goes again, and t1 draws 3.
    assert pos.pick(1, threads[0], threads) == 0
    assert pos._priorities == [40, 3, 10]


def test_reads_do_not_race() -> None:
    threads = pending(*[Operation("read", "x", "x[0]")] * 3)
    pos = Pos(Fixed(3, 2, 1), 10)  # type: ignore[arg-type]
    pos.begin(threads)
    assert pos.pick(0, Thread("start", -1, lambda: None), threads) == 0
    assert pos._priorities == [3, 2, 1]


@pytest.mark.parametrize("own", [2, 14])
def test_a_race_behind_operations_of_its_own_is_won_as_often_as_the_priorities_say(
    run: Run, own: int
) -> None:
    # The long thread takes own + 2 steps, the short one 2, each with a priority of its own. The
    # long one wins unless it has the least: a thread is stuck at its least until the other is too.
    expected = 2 / (own + 4)
    assert abs(found(run, overtaken_late(own)) / RUNS - expected) < 0.04
    # A random walk needs at most one step of the short thread among the first own + 3.
    walks = (RandomWalk(Stream("walk", seed), 50) for seed in range(RUNS))
    walked = sum(isinstance(run(overtaken_late(own), walk).outcome, Failed) for walk in walks)
    assert abs(walked / RUNS - (1 + (own + 2) / 2) / 2 ** (own + 2)) < 0.04


def test_a_deadlock_of_two_locks_is_found_as_often_as_the_priorities_say(run: Run) -> None:
    # Six steps lead to the first lock, the seventh is the second one. It deadlocks where the
    # least of the thirteen priorities that matter is that of a second lock.
    assert abs(found(run, crosswise_locks) / RUNS - 1 / 13) < 0.03
