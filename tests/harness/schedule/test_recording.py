# SPDX-License-Identifier: GPL-2.0-only
"""Does a recording say what was done, by whom, where, and what the world looked like before it?"""

from collections.abc import Callable
from typing import NamedTuple

from harness import Atomic, Execution, Failure, Ipi, LockOrder, Recorder, Scheduler, SpinLock
from harness.engine import Operation, Touch, operation
from harness.engine.carriers import OsThreads
from harness.engine.execution import execute
from harness.engine.strategy import Quiet
from harness.schedule import Fields, Thing

Run = Callable[..., Execution]


def recorded(run: Run, program: Callable[[Scheduler, Recorder], None]) -> Recorder:
    """Run a program quietly, with a recorder that it may give a `look`."""
    recorders: list[Recorder] = []

    def with_recorder(scheduler: Scheduler) -> None:
        recorders.append(Recorder(scheduler))
        program(scheduler, recorders[0])

    run(with_recorder)
    recorders[0].close()
    return recorders[0]


class Word(NamedTuple):
    value: int


WORD = Thing(Word, "word[0]")


def counts(scheduler: Scheduler, recorder: Recorder) -> None:
    """Two threads that add to a word and say so."""
    word = Atomic(scheduler, "word", "0")
    seen: list[int] = []

    def look() -> dict[Thing, Fields]:
        if seen[-1:] == [word.value]:
            return {}
        seen.append(word.value)
        return {WORD: Word(word.value)}

    def adds() -> None:
        word.fetch_add(1)
        scheduler.note("added")

    recorder.look = look
    for role in ("t0", "t1"):
        scheduler.thread(role, adds)


def test_every_operation_and_note_is_an_event_with_its_place(run: Run) -> None:
    events = recorded(run, counts).events
    assert [(each.step, each.role, each.n, str(each.what)) for each in events[:-1]] == [
        (1, "t0", 1, "add word[0]"),
        (1, "t0", 1, "('added',)"),
        (3, "t1", 1, "add word[0]"),
        (3, "t1", 1, "('added',)"),
    ]
    assert {each.stack for each in events[:-1]} == {("adds",)}


def test_the_state_of_an_event_is_that_before_it(run: Run) -> None:
    events = recorded(run, counts).events
    assert [each.state[WORD] for each in events] == [Word(n) for n in (0, 1, 1, 2, 2)]


def test_the_last_event_is_the_end(run: Run) -> None:
    recorder = recorded(run, counts)
    assert recorder.events[-1].what is None
    assert recorder.ended == {"t0", "t1"}
    assert recorder.waiting == {}
    assert recorder.roles == ("t0", "t1")


def test_at_a_failure_the_end_is_its_place_and_who_waits_for_what(run: Run) -> None:
    def program(scheduler: Scheduler, recorder: Recorder) -> None:
        order = LockOrder(scheduler)
        lock = SpinLock(order, order.lock_class("lock"), "0")
        ipi = Ipi(scheduler, "0")

        def fails() -> None:
            scheduler.fail(Failure("wrong", "wrong"))

        def holds() -> None:
            lock.lock()
            ipi.wait()

        scheduler.thread("holder", holds)
        scheduler.thread("waiter", lock.lock)
        scheduler.thread("last", fails)

    recorder = recorded(run, program)
    end = recorder.events[-1]
    assert (end.what, end.role, end.stack) == (None, "last", ("fails",))
    assert recorder.waiting == {"holder": "idles", "waiter": "waits for lock[0] held by holder"}
    assert recorder.ended == set()
    assert [each.what for each in recorder.events].count(None) == 1


def test_what_is_touched_is_written_down_once_in_a_row_and_not_while_setting_up(
    carriers: OsThreads,
) -> None:
    one, other = operation("read", "x", "x[0]"), operation("read", "x", "x[1]")
    touches: list[Touch] = []

    def program(scheduler: Scheduler) -> None:
        scheduler.touch(one)

        def body() -> None:
            for each in (one, one, other, one):
                scheduler.touch(each)
            scheduler.point(Operation("work", "", "t0"))
            scheduler.touch(one)

        scheduler.thread("t0", body)

    execution = execute(program, Quiet(), carriers, touches=touches)
    assert [touch for _, touch in touches] == [one, other, one, one]
    assert [length for length, _ in touches] == [1, 1, 1, 2]
    assert execution.touches == touches
