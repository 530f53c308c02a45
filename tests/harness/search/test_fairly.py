# SPDX-License-Identifier: GPL-2.0-only
"""Is a loop that ends when everybody has a turn right under every strategy, and no other?"""

import pytest

from harness import (
    Carriers,
    Cell,
    Execution,
    Failed,
    Passed,
    Scheduler,
    Streams,
    execute,
    start_thread,
)
from harness.engine import Strategy
from harness.search.fairly import fairly
from harness.search.strategies import STRATEGIES

STEPS_MAX = 2_000
SINCE = 500
SEARCHES = "conflicts"


def waits_for_its_turn(scheduler: Scheduler) -> None:
    """Three threads in a row, each of which spins until it is its turn."""
    turn = Cell(scheduler, "turn", "0", 0)

    def take_turn(number: int) -> None:
        while turn.read() != number:
            pass
        turn.write(number + 1)

    for number in (2, 1, 0):
        scheduler.thread(f"t{number}", lambda number=number: take_turn(number))  # type: ignore[misc]


def waits_for_nobody(scheduler: Scheduler) -> None:
    """What the first waits for was, and will not be again."""
    flag = Cell(scheduler, "flag", "0", 0)

    def spin() -> None:
        while flag.read() != 2:
            pass

    scheduler.thread("spins", spin)
    scheduler.thread("sets", lambda: flag.write(1))


def short(scheduler: Scheduler) -> None:
    cell = Cell(scheduler, "x", "0", 0)

    def add() -> None:
        for _ in range(20):
            cell.write(cell.read() + 1)

    for number in range(3):
        scheduler.thread(f"t{number}", add)


def strategy(name: str, index: int) -> Strategy:
    return STRATEGIES[name](Streams(1, "fairly", index).stream("schedule"), 60)


def executions(program: object, name: str, carriers: Carriers, since: int) -> list[Execution]:
    assert callable(program)
    return [
        execute(program, fairly(strategy(name, index), since), carriers, steps_max=STEPS_MAX)
        for index in range(10)
    ]


@pytest.mark.parametrize("name", sorted(set(STRATEGIES) - {SEARCHES}))
def test_who_spins_gets_what_it_waits_for(name: str, pinned: Carriers) -> None:
    for execution in executions(waits_for_its_turn, name, pinned, SINCE):
        assert execution.outcome == Passed()


@pytest.mark.parametrize("name", STRATEGIES)
def test_who_waits_for_nobody_goes_round_for_ever(name: str, pinned: Carriers) -> None:
    for execution in executions(waits_for_nobody, name, pinned, SINCE):
        assert isinstance(execution.outcome, Failed)
        assert execution.outcome.failure.signature == "step bound in spin"
        assert len(execution.schedule) < SINCE + 50


@pytest.mark.parametrize("name", STRATEGIES)
def test_what_is_short_is_decided_by_the_strategy_alone(name: str, pinned: Carriers) -> None:
    for index, execution in enumerate(executions(short, name, pinned, SINCE)):
        alone = execute(short, strategy(name, index), pinned, steps_max=STEPS_MAX)
        assert (execution.digest, execution.schedule) == (alone.digest, alone.schedule)


def test_a_strategy_that_searches_makes_its_choices_itself(pinned: Carriers) -> None:
    for execution in executions(waits_for_its_turn, SEARCHES, pinned, SINCE):
        if isinstance(execution.outcome, Failed):
            assert execution.outcome.failure.kind == "step bound"


def test_one_that_starves_the_others_does_without(pinned: Carriers) -> None:
    """The near miss: without turns the same loop comes to the step bound."""
    outcomes = {
        type(execute(waits_for_its_turn, strategy(name, 0), pinned, steps_max=STEPS_MAX).outcome)
        for name in STRATEGIES
    }
    assert Failed in outcomes


def starts_who_it_waits_for(scheduler: Scheduler) -> None:
    """What is waited for is done by a thread that is started inside the execution."""
    flag = Cell(scheduler, "flag", "0", 0)

    def main() -> None:
        start_thread(scheduler, "setter", lambda: flag.write(1))
        while not flag.read():
            pass

    scheduler.thread("main", main)


@pytest.mark.parametrize("name", sorted(set(STRATEGIES) - {SEARCHES}))
def test_who_is_started_inside_has_turns_too(name: str, pinned: Carriers) -> None:
    for execution in executions(starts_who_it_waits_for, name, pinned, SINCE):
        assert execution.outcome == Passed()
