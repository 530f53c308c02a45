# SPDX-License-Identifier: GPL-2.0-only
"""Do all carriers do the same with the same schedule, and leave the process as they found it?"""

import os
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from harness import (
    Carriers,
    Cell,
    Deviation,
    Execution,
    LockOrder,
    OsThreads,
    Scheduler,
    SpinLock,
    Strategy,
    Stream,
    execute,
)
from harness.engine import cores
from harness.engine.cores import claim_core
from harness.engine.greenlets import Greenlets
from harness.engine.strategy import Quiet
from harness.schedule.replay import StrictReplay
from harness.search.strategies import STRATEGIES

Program = Callable[[Scheduler], None]
Readers = Callable[..., Program]

KINDS: dict[str, Callable[[], AbstractContextManager[Carriers]]] = {
    "pinned": OsThreads,
    "unpinned": lambda: OsThreads(pinned=False),
    "greenlets": Greenlets,
}
SEEDS = range(4)


def schedules() -> list[Strategy]:
    """Every strategy several times, the quiet default, and a schedule written by hand."""
    by_hand = [Deviation("a", 2, "c"), Deviation("c", 2, "b")]
    drawn = [STRATEGIES[name](Stream(seed, name), 30) for name in STRATEGIES for seed in SEEDS]
    return [Quiet(), StrictReplay(by_hand), *drawn]


def passes(scheduler: Scheduler) -> None:
    """Three threads add one to a cell under a lock, twice."""
    order = LockOrder(scheduler)
    lock = SpinLock(order, order.lock_class("lock"), "0")
    cell = Cell(scheduler, "cell", "0", 0)

    def body() -> None:
        for _ in range(2):
            with lock:
                cell.write(cell.read() + 1)
            scheduler.note("saw", cell.read())

    for role in "abc":
        scheduler.thread(role, body)


def may_deadlock(scheduler: Scheduler) -> None:
    """Three threads take two locks each, in a circle."""
    order = LockOrder(scheduler)
    lock_class = order.lock_class("fork")
    locks = [SpinLock(order, lock_class, str(i)) for i in range(3)]

    def body_of(own: SpinLock, neighbours: SpinLock) -> Callable[[], None]:
        def takes_both() -> None:
            own.lock()
            neighbours.lock(1)
            neighbours.unlock()
            own.unlock()

        return takes_both

    for i, role in enumerate("abc"):
        scheduler.thread(role, body_of(locks[i], locks[(i + 1) % 3]))


def may_raise(scheduler: Scheduler) -> None:
    """Whoever sees another's write divides by nothing."""
    cell = Cell(scheduler, "cell", "0", 0)

    def body() -> None:
        cell.write(0)
        cell.write(1)
        scheduler.note(1 // cell.read())

    for role in "abc":
        scheduler.thread(role, body)


def executions(kind: str, program: Program) -> list[Execution]:
    with KINDS[kind]() as carriers:
        return [execute(program, strategy, carriers) for strategy in schedules()]


@pytest.fixture
def own_claims(monkeypatch: pytest.MonkeyPatch) -> None:
    """Claims that are no concern of other sessions."""
    monkeypatch.setattr(cores, "PREFIX", f"test-of-carriers-{os.getpid()}-")


@pytest.fixture
def affinity() -> set[int]:
    return os.sched_getaffinity(0)


def looks_at_its_affinity(seen: list[set[int]]) -> Program:
    def program(scheduler: Scheduler) -> None:
        scheduler.thread("a", lambda: seen.append(os.sched_getaffinity(0)))

    return program


def carrier_threads() -> set[threading.Thread]:
    return {thread for thread in threading.enumerate() if thread.name.startswith("carrier")}


@pytest.mark.parametrize("kind", ["unpinned", "greenlets"])
@pytest.mark.parametrize("program", [passes, may_deadlock, may_raise])
def test_the_same_schedule_gives_the_same_execution_on_every_carrier(
    kind: str, program: Program
) -> None:
    expected, met = executions("pinned", program), executions(kind, program)
    assert [each.digest for each in met] == [each.digest for each in expected]
    assert [each.outcome for each in met] == [each.outcome for each in expected]
    assert [each.deviations for each in met] == [each.deviations for each in expected]


@pytest.mark.parametrize("program", [may_deadlock, may_raise])
def test_these_programs_pass_under_some_schedules_and_fail_under_others(program: Program) -> None:
    outcomes = {type(each.outcome).__name__ for each in executions("greenlets", program)}
    assert outcomes == {"Passed", "Failed"}


def test_a_pool_reuses_its_os_threads(readers: Readers) -> None:
    before = carrier_threads()
    with OsThreads(pinned=False) as pool:
        execute(readers(a=1, b=1, c=1), Quiet(), pool)
        started = carrier_threads() - before
        for _ in range(5):
            execute(readers(a=1, b=1, c=1), Quiet(), pool)
        execute(readers(a=1), Quiet(), pool)
        assert carrier_threads() - before == started
    assert len(started) == 3


def test_a_pool_grows_when_a_program_has_more_threads(readers: Readers) -> None:
    before = carrier_threads()
    with OsThreads(pinned=False) as pool:
        execute(readers(a=1), Quiet(), pool)
        execute(readers(a=1, b=1, c=1), Quiet(), pool)
        assert len(carrier_threads() - before) == 3


def test_each_modelled_thread_is_carried_by_an_os_thread_of_its_own() -> None:
    carried_by = set()

    def program(scheduler: Scheduler) -> None:
        for role in "abc":
            scheduler.thread(role, lambda: carried_by.add(threading.get_ident()))

    with OsThreads(pinned=False) as pool:
        execute(program, Quiet(), pool)
    assert len(carried_by) == 3
    assert threading.get_ident() not in carried_by


def test_carriers_are_pinned_to_the_claimed_core_and_the_caller_is_not(
    own_claims: None, affinity: set[int]
) -> None:
    seen: list[set[int]] = []
    with OsThreads() as pool:
        execute(looks_at_its_affinity(seen), Quiet(), pool)
        assert pool.core in affinity
        assert seen == [{pool.core}]
        assert os.sched_getaffinity(0) == affinity
    assert os.sched_getaffinity(0) == affinity


def test_unpinned_carriers_may_run_wherever_the_caller_may(affinity: set[int]) -> None:
    seen: list[set[int]] = []
    with OsThreads(pinned=False) as pool:
        execute(looks_at_its_affinity(seen), Quiet(), pool)
        assert pool.core is None
    assert seen == [affinity]


def test_a_pool_that_finds_no_free_core_runs_unpinned(
    own_claims: None, affinity: set[int], readers: Readers
) -> None:
    claims = [claim_core() for _ in affinity]
    with OsThreads() as pool:
        assert pool.core is None
        assert execute(readers(a=1, b=1), Quiet(), pool).steps == 4
    for core in claims:
        assert core is not None
        core.unclaim()


def test_pin_caller_pins_the_calling_thread_only(own_claims: None, affinity: set[int]) -> None:
    seen = []
    with OsThreads() as pool:

        def call() -> None:
            pool.pin_caller()
            seen.append(os.sched_getaffinity(0))

        caller = threading.Thread(target=call)
        caller.start()
        caller.join()
        assert seen == [{pool.core}]
    assert os.sched_getaffinity(0) == affinity


def test_who_has_pinned_itself_may_run_anywhere_again_when_it_closes_the_pool(
    own_claims: None, affinity: set[int]
) -> None:
    with OsThreads() as pool:
        pool.pin_caller()
        assert os.sched_getaffinity(0) == {pool.core}
    assert os.sched_getaffinity(0) == affinity


def test_closing_ends_the_os_threads_and_frees_the_core(own_claims: None, readers: Readers) -> None:
    before = carrier_threads()
    with OsThreads() as pool:
        execute(readers(a=1, b=1), Quiet(), pool)
        claimed = pool.core
    assert carrier_threads() == before
    core = claim_core()
    assert core is not None
    assert core.number == claimed
    core.unclaim()


def test_closing_gives_back_every_file_descriptor(own_claims: None, readers: Readers) -> None:
    descriptors = Path("/proc/self/fd")
    before = len(list(descriptors.iterdir()))
    for _ in range(5):
        with OsThreads() as pool:
            execute(readers(a=1, b=1, c=1), Quiet(), pool)
    assert len(list(descriptors.iterdir())) <= before


def test_a_pool_can_be_closed_after_a_failure(own_claims: None) -> None:
    before = carrier_threads()
    with OsThreads() as pool:
        for _ in range(3):
            execute(may_deadlock, StrictReplay([Deviation("a", 2, "b")]), pool)
            execute(may_raise, STRATEGIES["random-walk"](Stream("x"), 10), pool)
    assert carrier_threads() == before


def test_what_does_not_come_to_its_end_is_seen_and_given_up(own_claims: None) -> None:
    pool, spins, over = OsThreads(), threading.Event(), threading.Event()

    def spinning(scheduler: Scheduler) -> None:
        cell = Cell(scheduler, "cell", "0", 0)

        def spin() -> None:
            cell.read()
            spins.set()
            try:
                while True:
                    pass
            finally:
                over.set()

        scheduler.thread("a", spin)
        scheduler.thread("b", spin)

    threading.Thread(target=execute, args=(spinning, Quiet(), pool), daemon=True).start()
    assert spins.wait(30)
    stacks = pool.stacks()
    assert list(stacks) == ["a"]
    assert "in spin" in stacks["a"][-1]
    pool.abandon()
    assert over.wait(30)
    core = claim_core()
    assert core is not None
    core.unclaim()
