# SPDX-License-Identifier: GPL-2.0-only
"""Does a right program that spins end under every schedule, and a wrong one name its wait?"""

from collections.abc import Callable
from functools import partial

import pytest

from harness import (
    Cell,
    Completion,
    Deviation,
    Execution,
    Failed,
    Failure,
    HostInterrupt,
    OsThreads,
    Passed,
    Scheduler,
    Stream,
    cpu_relax,
    every_behaviour,
    every_schedule,
    execute,
    wait_until,
)
from harness.schedule.replay import StrictReplay
from harness.search.strategies import STRATEGIES
from tests.programs.spins import (
    handshake,
    one_word,
    passing_moment,
    plain_flag,
    sequence,
    tickets,
)

Program = Callable[[Scheduler], None]
Run = Callable[..., Execution]
FailureOf = Callable[..., Failure]

RIGHT = [
    partial(tickets, drawn_at_once=True, threads=3),
    partial(sequence, waits_for_the_writer=True),
    partial(handshake, answers_first=True),
    partial(one_word, released=True),
    partial(plain_flag, set_=True),
    partial(passing_moment, stays=True),
]
WRONG = [
    (
        partial(tickets, drawn_at_once=False),
        {"exception in enter", "livelock in enter on its turn"},
    ),
    (partial(sequence, waits_for_the_writer=False), {"exception in read"}),
    (
        partial(handshake, answers_first=False),
        {"livelock in caller, called on an answer, a greeting"},
    ),
    (
        partial(one_word, released=False),
        {"livelock in enter, enter on the word, the word"},
    ),
    (partial(passing_moment, stays=False), {"livelock in waits on a one"}),
]


def failures(program: Program, run: Run) -> set[str]:
    outcomes = [
        run(program, strategy(Stream("spinning", seed), 12)).outcome
        for strategy in STRATEGIES.values()
        for seed in range(20)
    ]
    return {outcome.failure.signature for outcome in outcomes if isinstance(outcome, Failed)}


@pytest.mark.parametrize("program", RIGHT, ids=lambda program: program.func.__name__)
def test_a_right_program_ends_whoever_goes_first(program: Program, run: Run) -> None:
    assert failures(program, run) == set()


@pytest.mark.parametrize("program", RIGHT, ids=lambda program: program.func.__name__)
def test_a_right_program_is_explored_whole(program: Program, carriers: OsThreads) -> None:
    found = every_behaviour(program, carriers)
    assert found.complete
    assert not found.failures


@pytest.mark.parametrize(
    ("program", "kinds"), WRONG, ids=[program.func.__name__ for program, _ in WRONG]
)
def test_a_wrong_program_is_found_and_names_what_it_waits_for(
    program: Program, kinds: set[str], carriers: OsThreads
) -> None:
    found = every_behaviour(program, carriers)
    assert found.complete
    assert set(found.failures) == kinds


@pytest.mark.parametrize(
    "program",
    [
        partial(tickets, drawn_at_once=False),
        partial(handshake, answers_first=False),
        partial(passing_moment, stays=False),
    ],
    ids=lambda program: program.func.__name__,
)
def test_the_reduction_loses_no_way_to_fail(program: Program, carriers: OsThreads) -> None:
    every = every_schedule(program, carriers)
    assert every.complete
    assert set(every_behaviour(program, carriers).failures) == set(every.failures)


def test_a_livelock_says_who_has_changed_last_what_is_looked_at(failure_of: FailureOf) -> None:
    after_both_writes = StrictReplay([Deviation("waiter", 1, "writer")])
    failure = failure_of(partial(passing_moment, stays=False), after_both_writes)
    assert failure.kind == "livelock"
    assert failure.message == "waiter waits for a one, and spins"
    assert "  the last to change word[0] was writer: write word[0]" in failure.details


def test_what_nobody_changes_is_said_to_be_so(failure_of: FailureOf) -> None:
    failure = failure_of(partial(handshake, answers_first=False))
    assert "  nobody has changed greeted[0]" in failure.details


def test_what_is_no_word_is_looked_at_once_more_before_that_is_believed(
    failure_of: FailureOf,
) -> None:
    assert failure_of(partial(plain_flag, set_=False)).kind == "livelock"


def test_who_spins_beside_somebody_who_is_blocked_is_in_a_deadlock(failure_of: FailureOf) -> None:
    def program(scheduler: Scheduler) -> None:
        word, never = Cell(scheduler, "word", "0", 0), Completion(scheduler, "never")
        scheduler.thread("waiter", lambda: wait_until(scheduler, lambda: bool(word.read()), "it"))
        scheduler.thread("sleeper", never.wait)

    failure = failure_of(program)
    assert failure.kind == "deadlock"
    assert failure.message.startswith("waiter waits for it, and spins; sleeper waits for")


def test_a_wait_takes_a_step_for_each_change_and_no_more(run: Run) -> None:
    def program(scheduler: Scheduler) -> None:
        word, other = Cell(scheduler, "word", "0", 0), Cell(scheduler, "other", "0", 0)

        def write() -> None:
            for value in range(100):
                other.write(value)
            word.write(1)

        scheduler.thread("waiter", lambda: wait_until(scheduler, lambda: bool(word.read()), "it"))
        scheduler.thread("writer", write)

    # Two looks and a turn in between.
    assert run(program).steps == 100 + 1 + 3 + 2


def test_a_handler_may_change_what_its_own_thread_spins_for(run: Run) -> None:
    def program(scheduler: Scheduler) -> None:
        word = Cell(scheduler, "word", "0", 0)
        line = HostInterrupt(scheduler, "0", "waiter", lambda: word.write(1))
        scheduler.thread("waiter", lambda: wait_until(scheduler, lambda: bool(word.read()), "it"))
        scheduler.thread("device", line.assert_line)

    assert failures(program, run) == set()


def test_who_spins_while_all_unwind_is_ended_too(run: Run) -> None:
    def program(scheduler: Scheduler) -> None:
        word = Cell(scheduler, "word", "0", 0)

        def cleans_up() -> None:
            try:
                word.write(1)
                word.write(2)
            finally:
                while word.read() != 3:
                    cpu_relax(scheduler, "three")

        def fails() -> None:
            raise ValueError("wrong")

        scheduler.thread("a", cleans_up)
        scheduler.thread("b", fails)

    outcome = run(program, StrictReplay([Deviation("a", 1, "b")])).outcome
    assert isinstance(outcome, Failed)
    assert outcome.failure.kind == "exception"


@pytest.mark.parametrize("program", RIGHT[:2], ids=lambda program: program.func.__name__)
def test_a_program_that_spins_is_the_same_on_greenlets(
    program: Program, carriers: OsThreads
) -> None:
    greenlets = pytest.importorskip("harness.engine.greenlets")
    with greenlets.Greenlets() as others:
        for seed in range(20):
            digests = {
                execute(program, STRATEGIES["random-walk"](Stream("s", seed), 12), each).digest
                for each in (carriers, others)
            }
            assert len(digests) == 1


def test_a_replay_follows_who_spins(run: Run) -> None:
    program = partial(tickets, drawn_at_once=False)
    for seed in range(40):
        first = run(program, STRATEGIES["random-walk"](Stream("replay", seed), 12))
        again = run(program, StrictReplay(first.deviations))
        assert again.digest == first.digest
    assert run(partial(tickets, drawn_at_once=True)).outcome == Passed()
