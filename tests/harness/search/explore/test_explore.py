# SPDX-License-Identifier: GPL-2.0-only
"""Do brute force, preemption bound and reduction agree, and with what has been published?

Reduction is right if it reaches every behaviour that brute force reaches, each of them once, and
so every failure. Counts: Flanagan, Godefroid (POPL 2005) and Abdulla, Aronsson, Jonsson, Sagonas
(POPL 2014, section 8) for the four programs that carry their names in tests.programs.counted.
"""

from collections.abc import Callable, Iterator
from math import comb, factorial

import pytest

from harness import (
    Cell,
    Execution,
    Failure,
    Ipi,
    LockOrder,
    OsThreads,
    Passed,
    Requests,
    Scheduler,
    SpinLock,
    Stream,
)
from harness.primitives.completion import Completion
from harness.primitives.rcu import Rcu
from harness.primitives.waitqueue import WaitQueue
from harness.schedule.replay import StrictReplay
from harness.search.explore import Exploration, every_behaviour, every_schedule
from tests.programs import EXAMPLES, data_race, lifetime, lock_order, progress
from tests.programs.agreeing import agree
from tests.programs.counted import (
    file_system,
    indexer,
    last_zero,
    own_cells,
    readers,
    sections,
    writes,
)

Program = Callable[[Scheduler], None]
Run = Callable[..., Execution]


@pytest.fixture(scope="module")
def pool() -> Iterator[OsThreads]:
    """One pool for all: there are thousands of executions here."""
    with OsThreads() as carriers:
        yield carriers


def waits_for_an_interrupt(scheduler: Scheduler) -> None:
    """Two senders, and an owner that takes one interrupt and hangs if there was but one."""
    ipi, cell = Ipi(scheduler, "0"), Cell(scheduler, "cell", "0", 0)

    def owner() -> None:
        ipi.wait()
        ipi.take()
        if cell.read() == 0:
            scheduler.fail(Failure("bug", "too early"))
        ipi.wait()

    def sender() -> None:
        ipi.send()
        cell.write(1)

    scheduler.thread("owner", owner)
    scheduler.thread("sender", sender)
    scheduler.thread("other", ipi.send)


def idles_until_stopped(scheduler: Scheduler) -> None:
    """Works when it is sent an interrupt, and is stopped when everybody is idle."""
    order = LockOrder(scheduler)
    lock = SpinLock(order, order.lock_class("lock"), "0")
    ipi, cell = Ipi(scheduler, "0"), Cell(scheduler, "cell", "0", 0)
    stopped: list[bool] = []

    def worker() -> None:
        while not stopped:
            ipi.wait()
            ipi.take()
            with lock:
                cell.write(cell.read() + 1)

    def client() -> None:
        with lock:
            pass
        ipi.send()

    def stop() -> bool:
        if stopped:
            return False
        stopped.append(True)
        ipi.assert_line()
        return True

    scheduler.on_quiescence = stop
    scheduler.thread("worker", worker)
    scheduler.thread("client", client)
    scheduler.thread("other", client)


def fails_in_two_ways(scheduler: Scheduler) -> None:
    """A failure cuts the others off: one before it has to be found, one after it cannot."""
    one, other = (Cell(scheduler, "cell", str(i), 0) for i in range(2))

    def fails() -> None:
        one.write(1)
        scheduler.fail(Failure("first", "always"))

    def passes_it_on() -> None:
        other.read()
        if one.read():
            scheduler.fail(Failure("second", "only after the first, which ends everything"))
        other.write(1)

    def hears_of_it() -> None:
        if other.read():
            scheduler.fail(Failure("third", "before the first"))

    for role, body in (("a", fails), ("b", passes_it_on), ("c", hears_of_it)):
        scheduler.thread(role, body)


SMALL: dict[str, Program] = {
    "two writers, two writes": writes(2, 2),
    "two writers, four writes": writes(2, 4),
    "three writers, two writes": writes(3, 2),
    "own cells": own_cells(2, 4),
    "sections": sections(2, 2),
    "three sections": sections(3, 1),
    "readers": readers(3),
    "last zero": last_zero(2),
    "interrupt": waits_for_an_interrupt,
    "idle": idles_until_stopped,
    "fails": fails_in_two_ways,
}
for name in ("checked_twice", "reference_revived", "lost_wake_up", "half_done", "work_stealing"):
    SMALL[f"{name}, buggy"] = EXAMPLES[name].buggy
    SMALL[f"{name}, fixed"] = EXAMPLES[name].fixed
SMALL["philosophers, buggy"] = EXAMPLES["philosophers"].buggy


@pytest.mark.parametrize("name", SMALL)
def test_force_bound_and_reduction_agree(pool: OsThreads, name: str) -> None:
    assert agree(SMALL[name], pool) is not None


MANY = {
    *("waited_before_unlink", "waited_after_unlink", "freed_under_readers", "freed_after_readers"),
    *("looked_up_in_section", "more_takers_than_items"),
    *("wakes_one_for_another", "wakes_all", "wakes_all_that_share", "an_item_for_each"),
    "tries_what_cannot_be_any_more",
}
"""Programs of the detectors with more schedules than can be tried here."""

OF_DETECTORS = {
    name: program
    for room in (lifetime, lock_order, progress)
    for name, program in {**room.DEFECTS, **room.NEAR_MISSES}.items()
    if name not in MANY and name != "handler_waits_at_a_distance"
}

ONLY_THEIR_FAILURES = {
    name: program
    for room in (data_race, lock_order)
    for name, program in {**room.DEFECTS, **room.NEAR_MISSES}.items()
}
"""Plain accesses are in no footprint, nor is in which context a lock was taken first.

Whichever comes first, it is one race or inversion; but behaviours are not to be counted here.
"""


@pytest.mark.parametrize("name", OF_DETECTORS)
def test_they_agree_on_what_detectors_are_for(pool: OsThreads, name: str) -> None:
    assert agree(OF_DETECTORS[name], pool) is not None


@pytest.mark.parametrize("name", ONLY_THEIR_FAILURES)
def test_reduction_misses_no_data_race_and_no_inversion(pool: OsThreads, name: str) -> None:
    program = ONLY_THEIR_FAILURES[name]
    by_force = every_schedule(program, pool, executions_max=3000)
    reduction = every_behaviour(program, pool)
    assert reduction.complete
    assert set(reduction.failures) == set(by_force.failures)


def drawn(seed: int) -> Program:
    """Draw a program of two or three threads that do a few things to a few objects."""
    stream = Stream("drawn", seed)
    kinds = (
        "read",
        "write",
        "locked",
        "nested",
        "send",
        "wait",
        "take",
        "request",
        "check",
        "section",
        "synchronize",
        "call",
        "complete",
        "wait_for",
        "wake",
        "sleep",
        "bug",
        "bug",
    )
    threads = stream.between(2, 3)
    bodies = [
        [
            (stream.choose(kinds), stream.pick(2), stream.pick(3))
            for _ in range(stream.between(1, 5 - threads))
        ]
        for _ in range(threads)
    ]
    wakes = stream.chance(40)

    def program(scheduler: Scheduler) -> None:
        order = LockOrder(scheduler)
        locks = [SpinLock(order, order.lock_class(f"lock{i}"), "0") for i in range(2)]
        cells = [Cell(scheduler, "cell", str(i), 0) for i in range(2)]
        ipis = [Ipi(scheduler, str(i)) for i in range(2)]
        requests = Requests(scheduler, "0")
        rcu, queue = Rcu(scheduler), WaitQueue(scheduler, "queue")
        completions = [Completion(scheduler, str(i)) for i in range(2)]
        woken: list[bool] = []

        def wake() -> bool:
            if woken or not wakes:
                return False
            woken.append(True)
            for ipi in ipis:
                ipi.assert_line()
            return True

        def nested(which: int) -> None:
            locks[which].lock()
            if ipis[which].pending:
                cells[1].read()
            locks[1 - which].lock()
            locks[which].unlock()
            cells[which].read()
            locks[1 - which].unlock()

        def does(kind: str, which: int, value: int) -> None:
            if kind == "read":
                cells[which].read()
            elif kind == "write":
                cells[which].write(value)
            elif kind == "locked":
                with locks[which]:
                    cells[0].write(value)
            elif kind == "nested":
                nested(which)
            elif kind == "send":
                ipis[which].send()
            elif kind == "wait":
                ipis[which].wait()
            elif kind == "take":
                cells[which].read()
                ipis[which].take()
            elif kind == "request":
                requests.make(which)
            elif kind == "check":
                if requests.check(which):
                    cells[which].write(9)
            elif kind == "section":
                with rcu:
                    cells[which].read()
                    cells[1 - which].read()
            elif kind == "synchronize":
                rcu.synchronize()
            elif kind == "call":
                rcu.call(ipis[which].assert_line)
            elif kind == "complete":
                completions[which].complete()
            elif kind == "wait_for":
                completions[which].wait()
            elif kind == "wake":
                queue.wake_up()
            elif kind == "sleep":
                queue.wait_event(lambda: cells[which].read() == value)
            elif cells[which].read() == value + 1:
                scheduler.fail(Failure(f"bug {which} {value}", "the cell holds what it must not"))

        def body_of(body: list[tuple[str, int, int]]) -> Callable[[], None]:
            def run() -> None:
                for each in body:
                    does(*each)

            return run

        scheduler.on_quiescence = wake
        for number, body in enumerate(bodies):
            scheduler.thread(f"t{number}", body_of(body))

    return program


def test_they_agree_on_programs_that_nobody_thought_of(pool: OsThreads) -> None:
    explored = [agree(drawn(seed), pool, brute_max=150) for seed in range(60)]
    results = [each for each in explored if each is not None]
    assert len(results) > 20
    assert 3 < sum(bool(each.failures) for each in results) < len(results)
    abandoned, executions = (
        sum(each.abandoned for each in results),
        sum(each.executions for each in results),
    )
    assert abandoned < executions / 5


@pytest.mark.parametrize(
    ("program", "count"),
    [
        (writes(2, 4), comb(8, 4)),
        (writes(3, 3), factorial(9) // factorial(3) ** 3),
        (own_cells(5, 8), 1),
        (sections(2, 3), comb(6, 3)),
        (readers(6), 2**6),
        (last_zero(5), 64),
        (indexer(11), 1),
        (indexer(12), 8),
        (file_system(14), 2),
        (file_system(16), 8),
        (file_system(18), 32),
    ],
)
def test_there_are_as_many_behaviours_as_published(
    pool: OsThreads, program: Program, count: int
) -> None:
    reduction = every_behaviour(program, pool)
    assert (reduction.complete, reduction.executions) == (True, count)
    assert reduction.passed


@pytest.mark.parametrize("preemptions", [0, 1, 2, 3])
def test_a_bound_counts_preemptions(pool: OsThreads, preemptions: int) -> None:
    bounded = every_schedule(writes(2, 3), pool, preemptions=preemptions)
    # Each of the two threads takes four steps. A schedule is given by where the threads change
    # over; all changes but the one at the end of the first thread to end are preemptions.
    runs = range(2, preemptions + 3)
    # r runs in all, by turns: the one has (r + 1) // 2 of them, the other r // 2.
    of_four = {r: 2 * comb(3, (r + 1) // 2 - 1) * comb(3, r // 2 - 1) for r in runs}
    assert bounded.executions == sum(of_four.values())
    assert bounded.complete
    assert bounded.more


def test_fewer_preemptions_come_first(pool: OsThreads, run: Run) -> None:
    found = every_schedule(EXAMPLES["half_done"].buggy, pool).failures
    (first,) = found.values()
    assert len(first.schedule) == 2
    assert not every_schedule(EXAMPLES["half_done"].buggy, pool, preemptions=0).failures


@pytest.mark.parametrize("explore", [every_schedule, every_behaviour])
def test_a_limit_is_never_a_pass(pool: OsThreads, explore: Callable[..., Exploration]) -> None:
    limited = explore(writes(2, 4), pool, executions_max=69)
    assert (limited.complete, limited.passed) == (False, False)
    assert limited.executions == 69
    assert str(limited) == "limit hit after 69 executions, none fails so far"
    whole = explore(writes(2, 2), pool)
    assert whole.passed
    assert str(whole) == f"complete: {whole.executions} executions, none fails"


@pytest.mark.parametrize("explore", [every_schedule, every_behaviour])
@pytest.mark.parametrize("name", ["lost_wake_up", "half_done", "checked_twice"])
def test_what_was_found_replays(
    pool: OsThreads, run: Run, name: str, explore: Callable[..., Exploration]
) -> None:
    example = EXAMPLES[name]
    (found,) = explore(example.buggy, pool).failures.values()
    assert run(example.buggy, StrictReplay(found.schedule)).digest == found.first.digest


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_bug_of_an_example_is_there_and_its_repair_repairs_it(
    pool: OsThreads, name: str
) -> None:
    example = EXAMPLES[name]
    buggy = every_behaviour(example.buggy, pool, executions_max=300)
    assert {found.first.outcome.failure.kind for found in buggy.failures.values()} == {  # type: ignore[union-attr]
        example.fails_as
    }
    fixed = every_behaviour(example.fixed, pool, executions_max=300)
    assert not fixed.failures
    # Orders of thirty sections are too many for anybody.
    assert fixed.complete is (name not in ("get_then_set", "one_round_unlocked"))


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_quiet_default_finds_no_bug_of_an_example(run: Run, name: str) -> None:
    assert run(EXAMPLES[name].buggy).outcome == Passed()
    assert run(EXAMPLES[name].fixed).outcome == Passed()


def test_a_program_that_cannot_be_built_fails_once(pool: OsThreads) -> None:
    def program(scheduler: Scheduler) -> None:
        raise ValueError("no such program")

    for explore in (every_schedule, every_behaviour):
        exploration = explore(program, pool)
        assert (exploration.complete, exploration.executions) == (True, 1)
        assert len(exploration.failures) == 1


def test_nobody_listening_changes_nothing(run: Run) -> None:
    for program in (waits_for_an_interrupt, idles_until_stopped):
        assert run(program, listen=True).digest == run(program).digest
        assert run(program).touches == []
    assert run(idles_until_stopped).outcome == Passed()
