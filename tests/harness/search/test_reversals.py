# SPDX-License-Identifier: GPL-2.0-only
"""Which races has a run, and who has to run in which order to have one the other way round?"""

from collections.abc import Callable, Sequence

from harness import Cell, Execution, Ipi, Scheduler
from harness.engine.strategy import NEVER, Quiet
from harness.engine.streams import Stream
from harness.engine.threads import Thread
from harness.schedule.footprint import NOBODY, Step, steps_of
from harness.search.reversals import Follow, Races, Untried, one_after_the_other, threads_of
from harness.search.strategies.random_walk import RandomWalk

Run = Callable[..., Execution]


def three(scheduler: Scheduler) -> None:
    """Thread 0 writes twice, thread 1 something else and then reads, thread 2 has its own."""
    shared, own = Cell(scheduler, "shared", "0", 0), Cell(scheduler, "own", "0", 0)

    def writes() -> None:
        shared.write(1)
        shared.write(2)

    def reads() -> None:
        own.read()
        shared.read()

    def minds_its_own() -> None:
        own.read()

    for role, body in (("a", writes), ("b", reads), ("c", minds_its_own)):
        scheduler.thread(role, body)


def steps(run: Run, order: list[int]) -> list[Step]:
    execution = run(three, Follow(order), listen=True)
    return steps_of(execution.trace, execution.touches)


def test_only_adjacent_conflicts_are_races(run: Run) -> None:
    # a writes twice, then b reads: it races with the second write alone.
    taken = steps(run, [0, 0, 0, 1, 1, 1])
    (race,) = Races(taken).found
    earlier, later = Races(taken).steps(race)
    assert (earlier.thread, earlier.number) == (0, 2)
    assert (later.thread, later.number) == (1, 2)


def test_reversed_puts_all_that_can_be_before_the_earlier_step(run: Run) -> None:
    taken = steps(run, [0, 0, 0, 2, 2, 1, 1, 1])
    races = Races(taken)
    assert races.reversed(races.found[0]) == [0, 0, 2, 2, 1, 1, 1]


def test_overtaking_puts_only_what_is_needed_there_and_lets_the_overtaken_go_on(run: Run) -> None:
    taken = steps(run, [0, 0, 0, 2, 2, 1, 1, 1])
    races = Races(taken)
    assert races.overtaking(races.found[0]) == [0, 0, 1, 1, 1, 0, 0]


def test_a_race_is_untried_until_it_is_tried_or_seen_the_other_way_round(run: Run) -> None:
    there, back = steps(run, [0, 0, 0, 1, 1, 1]), steps(run, [1, 1, 0, 0, 1, 0])
    untried = Untried()
    untried.learn(there)
    races, left = untried.latest()
    assert left == races.found
    untried.try_now(races, left[0])
    assert untried.latest()[1] == []
    seen = Untried()
    seen.learn(there)
    seen.learn(back)
    # b reads before a's second write there: the other way round of the first run's race. What is
    # left is that run's own: its read after a's first write.
    (race,) = seen.latest()[1]
    assert seen.latest()[0].steps(race)[0].number == 1


def test_one_after_the_other_is_what_the_quiet_default_does(run: Run) -> None:
    quiet = run(three, Quiet(), listen=True)
    walk = run(three, RandomWalk(Stream("walk"), 10), listen=True)
    imagined = one_after_the_other(steps_of(walk.trace, walk.touches))
    assert imagined == steps_of(quiet.trace, quiet.touches)


class TheLast:
    """Takes the last option, and wants to be asked again in two steps."""

    next_point = 0
    asks_on_growth = True

    def __init__(self) -> None:
        self.began: list[str] = []

    def begin(self, threads: Sequence[Thread]) -> None:
        self.began = [thread.role for thread in threads]

    def pick(self, step: int, me: Thread, options: Sequence[Thread]) -> int:
        self.next_point = step + 2
        return len(options) - 1


def test_where_an_order_ends_another_strategy_decides(run: Run) -> None:
    then = TheLast()
    follow = Follow([1, 1], then)
    assert follow.asks_on_growth
    execution = run(three, follow, listen=True)
    taken = threads_of(steps_of(execution.trace, execution.touches))
    # The last option after b is a; the quiet default would be b.
    assert taken[:3] == [1, 1, 0]
    assert then.began == ["a", "b", "c"]
    assert follow.next_point == then.next_point > 0


def test_what_cannot_be_followed_ends_the_order(run: Run) -> None:
    # There is no thread 7; b, named after it, is not taken.
    execution = run(three, Follow([2, 7, 1, 1]), listen=True)
    assert threads_of(steps_of(execution.trace, execution.touches))[:3] == [2, 2, 0]
    quietly = Follow([1, 1])
    run(three, quietly)
    assert quietly.next_point == NEVER


def test_no_race_is_with_a_standstill_and_none_spans_one(run: Run) -> None:
    def program(scheduler: Scheduler) -> None:
        ipi, cell = Ipi(scheduler, "0"), Cell(scheduler, "cell", "0", 0)

        def sleeps() -> None:
            ipi.wait()
            cell.write(1)

        def wake() -> bool:
            ipi.assert_line()
            return True

        scheduler.thread("sleeper", sleeps)
        scheduler.thread("writer", lambda: cell.write(2))
        scheduler.on_quiescence = wake

    execution = run(program, listen=True)
    taken = steps_of(execution.trace, execution.touches)
    assert any(step.thread == NOBODY for step in taken)
    assert Races(taken).found == []
    untried = Untried()
    untried.learn(taken)
    assert untried.latest()[1] == []
