# SPDX-License-Identifier: GPL-2.0-only
"""Which races has a run, and who has to run in which order to have one the other way round?"""

from collections.abc import Callable

from harness import Cell, Execution, Scheduler
from harness.footprint import Step, steps_of
from harness.reversals import Follow, Races, Untried, one_after_the_other, threads_of
from harness.strategies.random_walk import RandomWalk
from harness.strategy import NEVER, Quiet
from harness.streams import Stream

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


def test_where_an_order_ends_another_strategy_decides(run: Run) -> None:
    order = [1, 1]
    follow = Follow(order, RandomWalk(Stream("then"), 10))
    execution = run(three, follow, listen=True)
    assert threads_of(steps_of(execution.trace, execution.touches))[:2] == order
    assert follow.next_point == 0
    quietly = Follow(order)
    run(three, quietly)
    assert quietly.next_point == NEVER
