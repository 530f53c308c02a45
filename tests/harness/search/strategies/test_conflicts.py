# SPDX-License-Identifier: GPL-2.0-only
"""Does conflict-directed search reverse races, and only races, of the runs it rehearses?"""

from collections.abc import Callable

import pytest

from harness import Cell, Execution, Failed, Failure, LockOrder, Scheduler, SpinLock, Stream
from harness.engine.strategy import NEVER
from harness.schedule.footprint import steps_of
from harness.search.reversals import Follow, Races
from harness.search.strategies.conflicts import Conflicts

Program = Callable[[Scheduler], None]
Run = Callable[..., Execution]


def lost_update(scheduler: Scheduler) -> None:
    cell = Cell(scheduler, "cell", "0", 0)
    left = ["a", "b"]

    def body() -> None:
        cell.write(cell.read() + 1)
        left.pop()
        if not left and cell.value != 2:
            scheduler.fail(Failure("bug", "an update was lost"))

    scheduler.thread("a", body)
    scheduler.thread("b", body)


def crosswise_locks(scheduler: Scheduler) -> None:
    order = LockOrder(scheduler)
    lock_class = order.lock_class("lock")
    one, two = (SpinLock(order, lock_class, str(i)) for i in range(2))

    def takes(first: SpinLock, second: SpinLock) -> Callable[[], None]:
        def body() -> None:
            first.lock()
            second.lock(1)
            second.unlock()
            first.unlock()

        return body

    scheduler.thread("a", takes(one, two))
    scheduler.thread("b", takes(two, one))


def fails_at_once(scheduler: Scheduler) -> None:
    def body() -> None:
        scheduler.fail(Failure("bug", "under every schedule"))

    scheduler.thread("a", body)


def independent(scheduler: Scheduler) -> None:
    for role in "ab":
        cell = Cell(scheduler, "cell", role, 0)
        scheduler.thread(role, lambda cell=cell: cell.write(1))  # type: ignore[misc]


def orders_of(run: Run, program: Program) -> list[list[int]]:
    execution = run(program, listen=True)
    races = Races(steps_of(execution.trace, execution.touches))
    return [races.reversed(race) for race in races.found]


def test_the_race_of_a_lost_update_is_reversed_between_the_read_and_the_write(run: Run) -> None:
    # Quietly: a starts, reads, writes; b starts, reads, writes. What races is a's write and b's
    # read; the other pairs are ordered by that.
    assert orders_of(run, lost_update) == [[0, 0, 1, 1]]


def test_every_reversal_of_crosswise_locks_is_feasible(run: Run) -> None:
    # b's first lock is a's second, and b's second lock is a's first.
    orders = orders_of(run, crosswise_locks)
    assert [0, 0, 1, 1] in orders
    for order in orders:
        follow = Follow(order)
        execution = run(crosswise_locks, follow, listen=True)
        taken = [step.thread for step in steps_of(execution.trace, execution.touches)]
        assert taken[: len(order)] == order


@pytest.mark.parametrize("program", [lost_update, crosswise_locks])
def test_one_reversal_finds_a_bug_of_depth_two(run: Run, program: Program) -> None:
    firsts = []
    for seed in range(11):
        outcomes = (run(program, Conflicts(Stream(seed, i), 10)).outcome for i in range(20))
        firsts.append(next(i for i, out in enumerate(outcomes, 1) if isinstance(out, Failed)))
    assert sorted(firsts)[5] <= 4


@pytest.mark.parametrize("seed", range(6))
def test_a_rehearsal_that_fails_is_the_execution(run: Run, seed: int) -> None:
    runs: list[None] = []

    def counted(scheduler: Scheduler) -> None:
        runs.append(None)
        fails_at_once(scheduler)

    outcome = run(counted, Conflicts(Stream("fails", seed), 10)).outcome
    assert isinstance(outcome, Failed)
    assert len(runs) == 1


def test_an_execution_is_two_to_five_runs(run: Run) -> None:
    counts = set()
    for seed in range(60):
        runs: list[None] = []

        def counted(scheduler: Scheduler, runs: list[None] = runs) -> None:
            runs.append(None)
            cell = Cell(scheduler, "cell", "0", 0)
            for role in "abc":
                scheduler.thread(role, lambda: cell.write(cell.read() + 1))

        run(counted, Conflicts(Stream("count", seed), 10))
        counts.add(len(runs))
    assert counts == {2, 3, 4, 5}


def test_the_overtaken_step_follows_at_once_in_some_executions_only(run: Run) -> None:
    orders = set()
    for seed in range(60):
        taken: list[int] = []

        def program(scheduler: Scheduler, taken: list[int] = taken) -> None:
            taken.clear()
            cell = Cell(scheduler, "cell", "0", 0)

            def body(number: int) -> None:
                for _ in range(2):
                    cell.write(number)
                    taken.append(number)

            scheduler.thread("a", lambda: body(0))
            scheduler.thread("b", lambda: body(1))

        run(program, Conflicts(Stream("follow", seed), 10))
        orders.add(tuple(taken))
    # a's second write and b's first are reversed; then a goes on, or b does.
    assert {(0, 1, 0, 1), (0, 1, 1, 0)} <= orders


def test_without_races_it_is_the_quiet_default(run: Run) -> None:
    assert orders_of(run, independent) == []
    execution = run(independent, Conflicts(Stream("quiet"), 10))
    assert execution.digest == run(independent).digest


def test_an_order_that_cannot_be_followed_is_left_for_the_quiet_default(run: Run) -> None:
    follow = Follow([1, 7, 0, 1])
    execution = run(independent, follow)
    assert [each.to for each in execution.deviations] == ["b"]
    assert follow.next_point == NEVER
