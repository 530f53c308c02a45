# SPDX-License-Identifier: GPL-2.0-only
"""Does a recorded schedule give the same execution again, and is it said where it does not fit?"""

from collections.abc import Callable, Sequence

import pytest

from harness import (
    Atomic,
    Cell,
    Deviation,
    DivergedFrom,
    Execution,
    Failed,
    Failure,
    Label,
    LockOrder,
    Passed,
    Scheduler,
    SpinLock,
    Stream,
)
from harness.schedule.replay import Labels, LenientReplay, StrictReplay
from harness.search.strategies import STRATEGIES

Program = Callable[[Scheduler], None]
Run = Callable[..., Execution]


def busy(scheduler: Scheduler) -> None:
    """Three threads with locks, cells and counters: enough for schedules to differ."""
    order = LockOrder(scheduler)
    lock = SpinLock(order, order.lock_class("lock"), "0")
    cell, counter = Cell(scheduler, "cell", "0", 0), Atomic(scheduler, "count", "0")

    def body() -> None:
        for _ in range(3):
            with lock:
                cell.write(cell.read() + 1)
            counter.fetch_add(1)
        scheduler.note("saw", cell.read(), counter.read())

    for role in "abc":
        scheduler.thread(role, body)


def lost_update(before: int = 0, *, rewritten: bool = False) -> Program:
    """Two increments of one cell; losing one is a failure.

    Args:
        before: how many unrelated operations an edit has put first into each thread.
        rewritten: an edit has made the increment atomic, so nothing looks like before.
    """

    def program(scheduler: Scheduler) -> None:
        count, other = Cell(scheduler, "count", "0", 0), Atomic(scheduler, "other", "0")
        done = Atomic(scheduler, "done", "0")
        added = Atomic(scheduler, "added", "0")

        def unrelated() -> None:
            other.fetch_add(1)

        def increments() -> None:
            if rewritten:
                added.fetch_add(1)
                count.value = added.value
            else:
                count.write(count.read() + 1)

        def body() -> None:
            for _ in range(before):
                unrelated()
            increments()
            if done.fetch_add(1) == 1 and count.value != 2:
                scheduler.fail(Failure("lost update", "one of two is gone"))

        scheduler.thread("a", body)
        scheduler.thread("b", body)

    return program


# a gives way to b between its read and its write.
LOSES = [Deviation("a", 2, "b")]


def labelled(run: Run, program: Program, deviations: Sequence[Deviation]) -> list[Deviation]:
    strategy = Labels(deviations)
    run(program, strategy)
    return strategy.labelled


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", STRATEGIES)
def test_what_any_strategy_did_replays_to_the_same_digest(run: Run, name: str, seed: int) -> None:
    recorded = run(busy, STRATEGIES[name](Stream(seed, name), 50))
    labels = Labels(recorded.deviations)
    assert run(busy, labels).digest == recorded.digest
    assert [each[:3] for each in labels.labelled] == [each[:3] for each in recorded.deviations]
    assert all(each.label is not None for each in labels.labelled)
    replay = StrictReplay(labels.labelled)
    replayed = run(busy, replay)
    assert replayed.digest == recorded.digest
    assert [each[:3] for each in replayed.deviations] == [each[:3] for each in recorded.deviations]
    assert replay.never_reached == []
    lenient = LenientReplay(labels.labelled)
    assert run(busy, lenient).digest == recorded.digest
    assert lenient.unplaced == []


def test_recordings_differ_so_that_replaying_them_means_something(run: Run) -> None:
    digests = {
        run(busy, STRATEGIES[name](Stream(seed, name), 50)).digest
        for name in STRATEGIES
        for seed in range(3)
    }
    assert len(digests) > 5


def test_a_failure_replays_to_the_same_failure(run: Run) -> None:
    first = run(lost_update(), StrictReplay(LOSES))
    again = run(lost_update(), StrictReplay(labelled(run, lost_update(), LOSES)))
    assert isinstance(first.outcome, Failed)
    assert again.outcome == first.outcome
    assert again.digest == first.digest


def test_a_label_tells_what_stood_at_the_place(run: Run) -> None:
    (deviation,) = labelled(run, lost_update(), LOSES)
    assert deviation == Deviation("a", 2, "b", Label("write", "increments", "count", 1))
    assert str(deviation.label) == "write count in increments (number 1 of its like)"


def test_a_label_counts_the_operations_of_its_look(run: Run) -> None:
    # Operation 5 of each thread is its second lock: lock, read, write, add, lock.
    (deviation,) = labelled(run, busy, [Deviation("b", 5, "c")])
    assert deviation.label == Label("lock", "body", "lock", 2)


def test_an_end_has_a_label_too(run: Run) -> None:
    ends_at = 14  # three times (lock, read, write, add), two reads for the note make 14
    (deviation,) = labelled(run, busy, [Deviation("a", ends_at + 1, "c")])
    assert deviation.label == Label("exit", "", "", 1)


def test_strict_replay_stops_where_something_else_stands(run: Run) -> None:
    schedule = labelled(run, lost_update(), LOSES)
    outcome = run(lost_update(before=1), StrictReplay(schedule)).outcome
    assert outcome == DivergedFrom(
        step=2,
        expected="operation 2 of a to be write count in increments (number 1 of its like)",
        met="read count in increments (number 1 of its like)",
    )


def test_strict_replay_stops_where_the_other_thread_cannot_go_on(run: Run) -> None:
    schedule = [Deviation("a", 2, "b"), Deviation("b", 4, "a"), Deviation("a", 3, "b")]
    # b ends with its fourth operation; nobody can give way to it after that.
    outcome = run(lost_update(), StrictReplay(schedule)).outcome
    assert isinstance(outcome, DivergedFrom)
    assert outcome.expected == "operation 3 of a to give way to b"
    assert outcome.met == "only a can go on"


def test_strict_replay_stops_at_a_thread_that_is_not_there(run: Run) -> None:
    outcome = run(lost_update(), StrictReplay([Deviation("start", 0, "vcpu9")])).outcome
    assert isinstance(outcome, DivergedFrom)
    assert outcome.step == 0
    assert "vcpu9" in outcome.expected


def test_labelling_stops_where_the_schedule_does_not_fit(run: Run) -> None:
    outcome = run(lost_update(), Labels([Deviation("a", 2, "nobody")])).outcome
    assert isinstance(outcome, DivergedFrom)
    assert outcome.step == 2


def test_deviations_whose_place_never_came_are_told(run: Run) -> None:
    beyond = Deviation("a", 99, "b")
    replay = StrictReplay([*LOSES, beyond])
    assert isinstance(run(lost_update(), replay).outcome, Failed)
    assert replay.never_reached == [beyond]


def test_an_empty_schedule_is_the_quiet_default(run: Run) -> None:
    assert run(busy, StrictReplay([])).digest == run(busy).digest


@pytest.mark.parametrize("before", [1, 3, 7])
def test_lenient_replay_finds_a_deviation_that_an_edit_has_moved(run: Run, before: int) -> None:
    replay = LenientReplay(labelled(run, lost_update(), LOSES))
    outcome = run(lost_update(before), replay).outcome
    assert isinstance(outcome, Failed)
    assert outcome.failure.kind == "lost update"
    assert (len(replay.labelled), replay.unplaced) == (1, [])


def test_the_same_edit_without_the_deviation_does_not_fail(run: Run) -> None:
    assert run(lost_update(before=3)).outcome == Passed()


def test_lenient_replay_follows_several_moved_deviations(run: Run) -> None:
    # a reads, b reads, a writes, b writes.
    schedule = [Deviation("a", 2, "b"), Deviation("b", 2, "a")]
    replay = LenientReplay(labelled(run, lost_update(), schedule))
    assert isinstance(run(lost_update(before=2), replay).outcome, Failed)
    assert (len(replay.labelled), replay.unplaced) == (2, [])


def test_lenient_replay_tells_the_deviations_it_could_not_place(run: Run) -> None:
    schedule = labelled(run, lost_update(), LOSES)
    replay = LenientReplay(schedule)
    # What it looked like is gone, and the thread ends soon after the place.
    assert run(lost_update(rewritten=True), replay).outcome == Passed()
    assert (len(replay.labelled), replay.unplaced) == (0, schedule)


def test_lenient_replay_cannot_place_what_names_a_thread_that_is_gone(run: Run) -> None:
    gone = [
        Deviation("a", 2, "dev7", Label("write", "increments", "count", 1)),
        Deviation("dev7", 1, "a", Label("read", "body", "count", 1)),
    ]
    replay = LenientReplay(gone)
    assert run(lost_update(), replay).outcome == Passed()
    assert replay.unplaced == gone


def test_lenient_replay_takes_a_schedule_without_labels_by_position(run: Run) -> None:
    replay = LenientReplay(LOSES)
    assert isinstance(run(lost_update(), replay).outcome, Failed)
    assert replay.unplaced == []
