# SPDX-License-Identifier: GPL-2.0-only
"""Is it a choice that a time is up, never the default, and never the end of all others?"""

from collections.abc import Callable, Sequence

import pytest

from harness import (
    Cell,
    Deviation,
    Event,
    Execution,
    Failed,
    Failure,
    OsThreads,
    Passed,
    Quiet,
    Scheduler,
    Stream,
    StrictReplay,
    every_behaviour,
    every_schedule,
    execute,
    some_schedules,
)
from harness.engine import IN_A_ROW, Thread
from harness.search.strategies import STRATEGIES
from tests.programs.agreeing import agree

Run = Callable[..., Execution]
FailureOf = Callable[..., Failure]
Story = Callable[[Execution], list[str]]


def waits_once(scheduler: Scheduler) -> None:
    """Wrong: it takes for granted that the event comes in time."""
    event, work = Event(scheduler, "0"), Cell(scheduler, "work", "0", 0)

    def waits() -> None:
        if not event.wait(1.0):
            scheduler.fail(Failure("too late", "the time was up"))

    def works() -> None:
        work.write(1)
        event.set()

    scheduler.thread("waits", waits)
    scheduler.thread("works", works)


def polls(scheduler: Scheduler) -> None:
    """Right: it looks again and again."""
    event, work = Event(scheduler, "0"), Cell(scheduler, "work", "0", 0)

    def looks() -> None:
        while not event.wait(0.1):
            work.read()

    def works() -> None:
        for _ in range(4):
            work.write(1)
        event.set()

    for number in range(2):
        scheduler.thread(f"looks {number}", looks)
    scheduler.thread("works", works)


def test_by_default_nobody_s_time_is_up_while_others_can_go_on(run: Run) -> None:
    assert run(waits_once).outcome == Passed()


def test_that_a_time_is_up_is_found_and_replays(carriers: OsThreads, run: Run) -> None:
    (found,) = some_schedules(waits_once, carriers, executions=40).failures.values()
    assert run(waits_once, StrictReplay(found.schedule)).digest == found.first.digest


def test_one_deviation_says_it_and_names_who_waits(
    failure_of: FailureOf, carriers: OsThreads
) -> None:
    (found,) = every_schedule(waits_once, carriers, preemptions=0).failures.values()
    assert found.schedule == (Deviation("waits", 2, "waits"),)
    assert failure_of(waits_once, StrictReplay(found.schedule)).kind == "too late"


def test_brute_force_and_reduction_agree(pinned: OsThreads) -> None:
    explored = agree(waits_once, pinned)
    assert explored is not None
    assert set(explored.failures) == {"too late"}


def test_a_time_that_nothing_comes_before_is_no_deadlock(run: Run, story: Story) -> None:
    def program(scheduler: Scheduler) -> None:
        event = Event(scheduler, "0")
        scheduler.thread("waits", lambda: event.wait(1.0))

    execution = run(program)
    assert execution.outcome == Passed()
    assert story(execution)[-2:] == ["waits:   time is up: event[0]", "waits: exit"]


def test_without_a_timeout_it_is_one(failure_of: FailureOf) -> None:
    def program(scheduler: Scheduler) -> None:
        event = Event(scheduler, "0")
        scheduler.thread("waits", event.wait)
        scheduler.thread("gives up", lambda: event.wait(1.0))

    failure = failure_of(program)
    assert (failure.kind, failure.message) == ("deadlock", "waits waits for event[0] to be set")


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_who_polls_keeps_nobody_from_going_on(pinned: OsThreads, strategy: str) -> None:
    for seed in range(25):
        execution = execute(
            polls, STRATEGIES[strategy](Stream("polls", seed), 30), pinned, steps_max=300
        )
        assert execution.outcome == Passed()


class Impatient:
    """Has the thread go on that looks, whenever that can be."""

    next_point = 0
    asks_on_growth = False

    def begin(self, threads: Sequence[Thread]) -> None:
        """Nothing to learn."""

    def pick(self, step: int, me: Thread, options: Sequence[Thread]) -> int:
        """Take who looks."""
        return [*(option.role for option in options), "looks"].index("looks") % len(options)


def test_a_time_is_up_so_often_in_a_row_and_then_others_have_a_turn(run: Run, story: Story) -> None:
    def program(scheduler: Scheduler) -> None:
        event = Event(scheduler, "0")
        scheduler.thread("sets", event.set)

        def looks() -> None:
            while not event.wait(0.1):
                pass

        scheduler.thread("looks", looks)

    entries = story(run(program, Impatient()))
    # So often before the other begins, and so often before it sets the event.
    assert entries.count("looks:   time is up: event[0]") == 2 * IN_A_ROW


def test_who_waits_for_what_nobody_will_do_goes_round_for_ever(failure_of: FailureOf) -> None:
    def program(scheduler: Scheduler) -> None:
        event = Event(scheduler, "0")

        def looks() -> None:
            while not event.wait(0.1):
                pass

        scheduler.thread("looks", looks)

    failure = failure_of(program, Quiet(), steps_max=100)
    assert failure.kind == "step bound"
    assert "looks goes round in looks" in failure.message


def test_retries_are_all_tried(carriers: OsThreads) -> None:
    """It gives up after two; the other has nothing else to do but to set the event."""

    def program(scheduler: Scheduler) -> None:
        event = Event(scheduler, "0")

        def tries() -> None:
            if not any(event.wait(0.1) for _ in range(2)):
                scheduler.fail(Failure("gave up", "twice in vain"))

        scheduler.thread("tries", tries)
        scheduler.thread("sets", event.set)

    explored = every_behaviour(program, carriers)
    assert explored.complete
    assert set(explored.failures) == {"gave up"}
    assert not isinstance(execute(program, Quiet(), carriers).outcome, Failed)
