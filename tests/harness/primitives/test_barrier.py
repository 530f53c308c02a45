# SPDX-License-Identifier: GPL-2.0-only
"""Do all parties meet, round after round, and is a broken barrier broken as Python's is?"""

from collections.abc import Callable
from functools import partial
from threading import BrokenBarrierError

import pytest

from harness import (
    Barrier,
    BrokenBarrier,
    Cell,
    Execution,
    Failure,
    OsThreads,
    Passed,
    Scheduler,
    every_behaviour,
)
from tests.programs.agreeing import agree

Run = Callable[..., Execution]
FailureOf = Callable[..., Failure]


def rounds(scheduler: Scheduler, *, parties: int = 2, reads: str = "after") -> None:
    """Each writes its cell, and then looks at the others', round after round."""
    barrier = Barrier(scheduler, "0", parties)
    cells = [Cell(scheduler, "cell", str(number), 0) for number in range(parties)]

    def party(number: int) -> None:
        for turn in (1, 2):
            cells[number].write(turn)
            if reads == "after":
                barrier.wait()
            if min(cell.value for cell in cells) < turn:
                scheduler.fail(Failure("left behind", "a party has not come"))
            barrier.wait()

    for number in range(parties):
        scheduler.thread(f"t{number}", partial(party, number))


def met(scheduler: Scheduler, *, comes: int = 2) -> None:
    barrier = Barrier(scheduler, "0", 2)
    for number in range(comes):
        scheduler.thread(f"t{number}", barrier.wait)


def broken_by(scheduler: Scheduler, *, how: str) -> None:
    """Two meet, unless a third breaks the barrier, resets it or the time of one is up."""
    barrier = Barrier(scheduler, "0", 2)

    def waits() -> None:
        try:
            barrier.wait(1.0 if how == "timeout" else None)
        except BrokenBarrierError:
            return

    for number in range(2):
        scheduler.thread(f"t{number}", waits)
    if how != "timeout":
        scheduler.thread("breaks", getattr(barrier, how))


def test_nobody_leaves_before_all_have_come(pinned: OsThreads) -> None:
    assert every_behaviour(rounds, pinned).passed
    wrong = every_behaviour(partial(rounds, reads="before"), pinned)
    assert set(wrong.failures) == {"left behind"}


@pytest.mark.parametrize("how", ["abort", "timeout"])
def test_brute_force_and_reduction_agree(pinned: OsThreads, how: str) -> None:
    explored = agree(partial(broken_by, how=how), pinned)
    assert explored is not None
    assert explored.passed


def test_who_is_left_alone_after_a_reset_waits_for_ever(pinned: OsThreads) -> None:
    """The first of two was sent away, so the second waits for a party that does not come."""
    explored = agree(partial(broken_by, how="reset"), pinned)
    assert explored is not None
    assert [signature.split()[0] for signature in explored.failures] == ["deadlock"]


def test_a_party_that_does_not_come_is_a_deadlock_that_counts(failure_of: FailureOf) -> None:
    failure = failure_of(partial(met, comes=1))
    assert failure.kind == "deadlock"
    assert failure.message == "t0 waits for all parties at barrier[0], where 1 of 2 are"


def test_each_has_a_number_and_the_last_does_the_action(run: Run) -> None:
    numbers: list[int] = []
    actions: list[int] = []

    def program(scheduler: Scheduler) -> None:
        barrier = Barrier(scheduler, "0", 3, action=lambda: actions.append(len(numbers)))

        def party() -> None:
            numbers.append(barrier.wait())

        for number in range(3):
            scheduler.thread(f"t{number}", party)

    assert run(program).outcome == Passed()
    assert sorted(numbers) == [0, 1, 2]
    assert actions == [0]


def test_an_action_that_raises_breaks_it_for_the_others(failure_of: FailureOf, run: Run) -> None:
    caught = []

    def program(scheduler: Scheduler, *, catches: bool) -> None:
        def action() -> None:
            raise RuntimeError("of the action")

        barrier = Barrier(scheduler, "0", 2, action)

        def party() -> None:
            try:
                barrier.wait()
            except RuntimeError as error:
                caught.append(type(error))
                if not catches:
                    raise

        for number in range(2):
            scheduler.thread(f"t{number}", party)

    assert run(partial(program, catches=True)).outcome == Passed()
    assert caught == [RuntimeError, BrokenBarrier]
    assert failure_of(partial(program, catches=False)).message == "RuntimeError: of the action"


def test_a_broken_one_stays_broken_until_it_is_reset(run: Run) -> None:
    seen = []

    def program(scheduler: Scheduler) -> None:
        barrier = Barrier(scheduler, "0", 1)

        def body() -> None:
            seen.append(barrier.wait())
            barrier.abort()
            seen.append(barrier.broken)
            with pytest.raises(BrokenBarrierError, match=r"barrier\[0\] is broken"):
                barrier.wait()
            barrier.reset()
            seen.append(barrier.broken)
            seen.append(barrier.wait())

        scheduler.thread("t0", body)

    assert run(program).outcome == Passed()
    assert seen == [0, True, False, 0]


def test_what_nobody_catches_is_a_finding_and_names_the_user_s_function(
    failure_of: FailureOf,
) -> None:
    def program(scheduler: Scheduler) -> None:
        barrier = Barrier(scheduler, "0", 2)

        def comes() -> None:
            barrier.wait(1.0)

        scheduler.thread("t0", comes)

    failure = failure_of(program)
    assert failure.signature == "exception in comes"
    assert failure.message == "BrokenBarrier: barrier[0] was broken while this thread waited"


def test_a_barrier_for_nobody_is_the_program_s_fault(failure_of: FailureOf) -> None:
    def program(scheduler: Scheduler) -> None:
        Barrier(scheduler, "0", 0)

    assert failure_of(program).message.endswith("a barrier is for at least one thread, not for 0")


def acts(scheduler: Scheduler, *, fails: bool = False) -> None:
    """Two meet, and the last to come does something that takes a step; a third looks at it."""
    cell = Cell(scheduler, "cell", "0", 0)

    def action() -> None:
        cell.write(1)
        if fails:
            raise BrokenBarrierError

    barrier = Barrier(scheduler, "0", 2, action)

    def party() -> None:
        try:
            barrier.wait()
        except BrokenBarrierError:
            cell.read()

    for number in range(2):
        scheduler.thread(f"t{number}", party)
    scheduler.thread("looks", cell.read)


@pytest.mark.parametrize("fails", [False, True])
def test_they_agree_on_an_action(pinned: OsThreads, fails: bool) -> None:
    explored = agree(partial(acts, fails=fails), pinned)
    assert explored is not None
    assert explored.passed
