# SPDX-License-Identifier: GPL-2.0-only
"""Is a listener notified of everything, in order, and does it change nothing?"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import NoReturn

import pytest

from harness import (
    Cell,
    Execution,
    Failed,
    Failure,
    KmemCache,
    LockOrder,
    OsThreads,
    Passed,
    Recorder,
    Scheduler,
    SlabObject,
    SpinLock,
    Stream,
    WaitQueue,
    execute,
    kfree,
)
from harness.detectors.races import DataRaces
from harness.engine import Listener, Note, Operation, Quiet, Strategy, Thread
from harness.search.strategies import STRATEGIES

Program = Callable[[Scheduler], None]
Run = Callable[..., Execution]


class Log(Listener):
    """Writes every event down."""

    def __init__(self, scheduler: Scheduler, into: list[str]) -> None:
        self._scheduler = scheduler
        self._into = into
        scheduler.listen(self)

    def _add(self, event: str) -> None:
        self._into.append(f"{self._scheduler.current.role}: {event}")

    def begins(self) -> None:
        self._add("begins")

    def does(self, operation: Operation) -> None:
        self._add(str(operation))

    def touches(self, operation: Operation) -> None:
        self._add(f"touches {operation}")

    def notes(self, words: Note) -> None:
        self._add(f"notes {words}")

    def fails(self, failure: Failure) -> None:
        self._add(f"fails {failure.kind}")


class Silent(Listener):
    """Overrides nothing."""


def body_of(scheduler: Scheduler, lock: SpinLock, cell: Cell[int], queue: WaitQueue) -> None:
    with lock:
        scheduler.note("has", cell.read())
    cell.cmpxchg(0, 1)
    queue.wake_up()
    queue.wait_event(lambda: cell.read() > 0)


def shares(
    scheduler: Scheduler,
    listens: Callable[[Scheduler], object] = lambda _: None,
    *,
    lock_order: bool = True,
) -> None:
    """Two threads that lock, touch, note and wait."""
    listens(scheduler)
    order = LockOrder(scheduler, checking=lock_order)
    lock = SpinLock(order, order.lock_class("lock"), "0")
    cell, queue = Cell(scheduler, "cell", "0", 0), WaitQueue(scheduler, "queue")
    for role in ("t0", "t1"):
        scheduler.thread(role, partial(body_of, scheduler, lock, cell, queue))


# The contract.


def test_events_come_in_the_order_of_what_happens(run: Run) -> None:
    heard: list[str] = []

    def program(scheduler: Scheduler) -> None:
        Log(scheduler, heard)
        order = LockOrder(scheduler)
        lock = SpinLock(order, order.lock_class("lock"), "0")
        cell = Cell(scheduler, "cell", "0", 0)

        def body() -> None:
            with lock:
                cell.cmpxchg(0, 1)
            scheduler.note("done")
            lock.unlock()

        scheduler.note("set up")
        scheduler.thread("t0", body)

    run(program)
    assert heard == [
        "start: notes ('set up',)",
        "start: begins",
        "t0: lock lock[0]",
        "t0: cmpxchg cell[0]",
        "t0: touches swapped cell[0]",
        "t0: touches unlock lock[0]",
        "t0: notes ('done',)",
        "t0: fails lock unlocked by another",
    ]


def test_an_operation_is_notified_right_before_it_is_in_the_trace(run: Run) -> None:
    lengths: list[tuple[int, Operation]] = []

    class Lengths(Listener):
        def __init__(self, scheduler: Scheduler) -> None:
            self._scheduler = scheduler
            scheduler.listen(self)

        def does(self, operation: Operation) -> None:
            lengths.append((len(self._scheduler.trace), operation))

    execution = run(partial(shares, listens=Lengths))
    assert lengths
    assert all(execution.trace[length] is operation for length, operation in lengths)


def test_every_operation_of_every_thread_is_notified_once(run: Run) -> None:
    heard: list[str] = []
    execution = run(partial(shares, listens=lambda scheduler: Log(scheduler, heard)))
    done = [each for each in execution.trace if isinstance(each, Operation) and each.kind != "exit"]
    events = [each.partition(": ")[2] for each in heard]
    assert [each for each in events if not each.startswith(("touches", "notes", "begins"))] == [
        str(each) for each in done
    ]


def test_listeners_are_notified_in_the_order_in_which_they_were_added(run: Run) -> None:
    heard: list[str] = []

    class Named(Listener):
        def __init__(self, name: str) -> None:
            self._name = name

        def does(self, operation: Operation) -> None:
            heard.append(self._name)

    def listens(scheduler: Scheduler) -> None:
        scheduler.listen(Named("first"))
        scheduler.listen(Named("second"))

    run(partial(shares, listens=listens))
    assert heard == ["first", "second"] * (len(heard) // 2)


def test_a_listener_may_fail_the_execution(run: Run) -> None:
    class Refuses(Listener):
        def __init__(self, scheduler: Scheduler) -> None:
            self._scheduler = scheduler
            scheduler.listen(self)

        def does(self, operation: Operation) -> None:
            if operation.kind == "cmpxchg":
                self._fail()

        def _fail(self) -> NoReturn:
            self._scheduler.fail(Failure("refused", "no cmpxchg here"))

    outcome = run(partial(shares, listens=Refuses)).outcome
    assert isinstance(outcome, Failed)
    assert outcome.failure.kind == "refused"


def test_what_is_wrong_when_all_have_ended_is_no_event(run: Run) -> None:
    heard: list[str] = []

    def program(scheduler: Scheduler) -> None:
        Log(scheduler, heard)
        SlabObject(KmemCache(scheduler, "thing"))
        scheduler.thread("t0", lambda: None)

    assert isinstance(run(program).outcome, Failed)
    assert heard == ["start: begins"]


def test_an_event_that_nobody_overrides_is_not_asked_for(run: Run) -> None:
    def program(scheduler: Scheduler) -> None:
        scheduler.listen(Silent())
        assert not scheduler.wants_touches
        scheduler.thread("t0", lambda: None)

    assert isinstance(run(program).outcome, Passed)


# It changes nothing.


class Counted:
    """A strategy that counts how often it is asked."""

    def __init__(self, inner: Strategy) -> None:
        self._inner = inner
        self.asks_on_growth = inner.asks_on_growth
        self.next_point = inner.next_point
        self.asked: list[tuple[int, str, tuple[str, ...]]] = []

    def begin(self, threads: Sequence[Thread]) -> None:
        self._inner.begin(threads)
        self.next_point = self._inner.next_point

    def pick(self, step: int, me: Thread, options: Sequence[Thread]) -> int:
        self.asked.append((step, me.role, tuple(each.role for each in options)))
        picked = self._inner.pick(step, me, options)
        self.next_point = self._inner.next_point
        return picked


def everything(scheduler: Scheduler) -> None:
    DataRaces(scheduler)
    Recorder(scheduler)
    Log(scheduler, [])


@pytest.mark.parametrize("listens", [DataRaces, Recorder, everything])
@pytest.mark.parametrize("name", ["random-walk", "pct", "burst", "pos", "delays"])
def test_the_strategy_is_asked_where_it_is_asked_without_listeners(
    carriers: OsThreads, name: str, listens: Callable[[Scheduler], object]
) -> None:
    for seed in range(20):
        ways = []
        for program in (shares, partial(shares, listens=listens)):
            strategy = Counted(STRATEGIES[name](Stream("listeners", seed), 20))
            execution = execute(program, strategy, carriers)
            ways.append((strategy.asked, execution.deviations, execution.digest, execution.steps))
        assert ways[0] == ways[1], seed


def test_a_lock_whose_listener_checks_nothing_takes_the_same_steps(carriers: OsThreads) -> None:
    for seed in range(20):
        with_it, without = (
            execute(program, STRATEGIES["random-walk"](Stream("locks", seed), 20), carriers)
            for program in (shares, partial(shares, lock_order=False))
        )
        assert with_it.digest == without.digest


@pytest.mark.parametrize("listens", [lambda _: None, everything])
def test_that_everybody_waits_and_the_step_bound_need_no_listener(
    carriers: OsThreads, listens: Callable[[Scheduler], object]
) -> None:
    def waits(scheduler: Scheduler) -> None:
        listens(scheduler)
        scheduler.thread("t0", WaitQueue(scheduler, "queue").sleep_on)

    def spins(scheduler: Scheduler) -> None:
        listens(scheduler)
        cell = Cell(scheduler, "cell", "0", 0)

        def spin() -> None:
            while not cell.read():
                pass

        scheduler.thread("t0", spin)

    signatures = []
    for program in (waits, spins):
        outcome = execute(program, Quiet(), carriers, steps_max=300).outcome
        assert isinstance(outcome, Failed)
        signatures.append(outcome.failure.signature)
    assert signatures == ["deadlock on queue", "step bound in spin"]


def test_a_recorder_writes_down_what_the_strategy_was_not_asked_about(run: Run) -> None:
    recorders: list[Recorder] = []
    execution = run(partial(shares, listens=lambda each: recorders.append(Recorder(each))))
    recorders[0].close()
    done = [event.what for event in recorders[0].events if isinstance(event.what, Operation)]
    assert done == [
        each for each in execution.trace if isinstance(each, Operation) and each.kind != "exit"
    ]


def test_a_slab_object_says_what_is_touched_only_if_that_is_wanted(run: Run) -> None:
    heard: list[str] = []

    class Thing(SlabObject):
        value = 1

    def program(scheduler: Scheduler, *, listening: bool) -> None:
        if listening:
            Log(scheduler, heard)
        thing = Thing(KmemCache(scheduler, "thing"))
        assert (type(thing) is Thing) == (not listening)

        def body() -> None:
            thing.value += 1
            kfree(thing)

        scheduler.thread("t0", body)

    assert run(partial(program, listening=False)).digest == (
        run(partial(program, listening=True)).digest
    )
    assert heard.count("t0: touches use thing[0]") == 2
