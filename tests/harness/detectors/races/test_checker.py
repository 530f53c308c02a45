# SPDX-License-Identifier: GPL-2.0-only
"""Does the check for data races tell programs that have one from programs that look like it?"""

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness import (
    Cell,
    Execution,
    Failed,
    Failure,
    ListHead,
    LockOrder,
    Node,
    OsThreads,
    Passed,
    Requests,
    Scheduler,
    SpinLock,
    Stream,
    execute,
)
from harness.detectors.races.checker import KINDS, DataRaces
from harness.detectors.races.edges import EDGES
from harness.primitives.host_interrupt import HostInterrupt
from harness.search.explore import every_behaviour
from harness.search.strategies import STRATEGIES
from tests.programs.data_race import DEFECTS, NEAR_MISSES, Account, Bank
from tests.programs.data_race import bank as bank_module

Run = Callable[..., Execution]
SEEDS = 15


def failures(run: Run, program: Callable[[Scheduler], None]) -> list[Failure]:
    """Return the failures under several schedules of every strategy."""
    found = []
    for strategy in STRATEGIES.values():
        for seed in range(SEEDS):
            outcome = run(program, strategy(Stream("races", seed), 10)).outcome
            if isinstance(outcome, Failed):
                found.append(outcome.failure)
    return found


@pytest.mark.parametrize("name", DEFECTS)
def test_a_race_is_found_as_one(run: Run, name: str) -> None:
    found = failures(run, DEFECTS[name])
    assert found
    assert {failure.kind for failure in found} <= set(KINDS)


@pytest.mark.parametrize("name", NEAR_MISSES)
def test_a_near_miss_is_none_under_any_schedule(run: Run, name: str) -> None:
    assert failures(run, NEAR_MISSES[name]) == []


@pytest.mark.parametrize("name", ["two_different_locks", "read_after_the_lock_is_dropped"])
def test_it_is_found_in_a_schedule_in_which_nothing_goes_wrong(run: Run, name: str) -> None:
    outcome = run(DEFECTS[name]).outcome
    assert isinstance(outcome, Failed)
    assert outcome.failure.kind == "data race"


def test_the_report_names_both_accesses_and_the_guard(run: Run) -> None:
    outcome = run(DEFECTS["two_different_locks"]).outcome
    assert isinstance(outcome, Failed)
    failure = outcome.failure
    assert failure.signature == "data race in body, body on balance"
    assert failure.message.startswith("account: balance: t0 and t1 touch it, one of them writes")
    earlier, later, declared = failure.details
    assert earlier == "t0 writes it at step 1 in body(), holding lock[0]"
    assert later == "t1 reads it at step 3 in body(), holding lock[1], called by body"
    assert declared == "balance is declared to be ordered by other means than a lock"


def test_an_access_without_the_declared_lock_is_reported_though_nobody_raced(run: Run) -> None:
    def alone(scheduler: Scheduler) -> None:
        bank = Bank(scheduler)
        bank.guarded_by(bank.lock)

        def forgets() -> None:
            bank.account.balance = 1

        bank.threads(forgets)

    outcome = run(alone).outcome
    assert isinstance(outcome, Failed)
    assert outcome.failure.signature == "unguarded access in forgets on balance"
    assert "guarded by lock[0], but t0 writes it at step 0" in outcome.failure.message


def test_a_field_of_one_thread_alone_is_not_for_another(run: Run) -> None:
    def program(scheduler: Scheduler) -> None:
        bank = Bank(scheduler)
        bank.guarded_by("t0")

        def touches() -> None:
            bank.account.balance += 1

        bank.threads(touches, touches)

    outcome = run(program).outcome
    assert isinstance(outcome, Failed)
    assert "is touched by t0 alone, but t1 reads it" in outcome.failure.message


def test_what_is_done_before_the_threads_run_is_no_access(run: Run) -> None:
    def program(scheduler: Scheduler) -> None:
        bank = Bank(scheduler)
        bank.guarded_by(bank.lock)
        bank.account.balance = 5
        bank.threads(lambda: None)

    assert not isinstance(run(program).outcome, Failed)


@pytest.mark.parametrize("locked", [True, False])
@pytest.mark.parametrize("change", ["add", "delete"])
def test_a_list_is_changed_under_its_lock(run: Run, locked: bool, change: str) -> None:
    def program(scheduler: Scheduler) -> None:
        order = LockOrder(scheduler)
        lock = SpinLock(order, order.lock_class("lock"), "0")
        DataRaces(scheduler)
        head: ListHead[str] = ListHead(scheduler, "list", "0")
        head.init()
        head.population = 2
        there, new = Node("there", "there"), Node("new", "new")
        head.add_tail(there)
        head.guard = lock

        def body() -> None:
            if locked:
                lock.lock()
            if change == "add":
                head.add_tail(new)
            else:
                head.delete(there)
            if locked:
                lock.unlock()

        scheduler.thread("t0", body)

    outcome = run(program).outcome
    if locked:
        assert not isinstance(outcome, Failed)
    else:
        assert isinstance(outcome, Failed)
        assert outcome.failure.signature == "list changed without its lock in body on list"
        assert "t0 changes list[0] in body(), holding no lock" in outcome.failure.message


@pytest.mark.parametrize("slots", [True, False])
def test_a_watched_object_is_as_it_was(run: Run, slots: bool) -> None:
    class Slotted:
        __slots__ = ("value",)

        def __init__(self) -> None:
            self.value = 3

    seen = []

    def program(scheduler: Scheduler) -> None:
        thing = Slotted() if slots else Account()
        field = "value" if slots else "balance"
        DataRaces(scheduler).watch(thing, {field: None})

        def body() -> None:
            setattr(thing, field, getattr(thing, field) + 4)
            seen.append(getattr(thing, field))

        scheduler.thread("t0", body)
        assert isinstance(thing, Slotted if slots else Account)
        assert type(thing).__name__ == ("Slotted" if slots else "Account")

    run(program)
    assert seen == [7 if slots else 4]


class NoCheck:
    """What declares fields that nobody checks."""

    def __init__(self, scheduler: Scheduler, documented: object) -> None:
        """Do nothing."""

    def watch(self, thing: object, guards: object) -> None:
        """Do nothing."""


@pytest.mark.parametrize("name", NEAR_MISSES)
def test_the_check_changes_no_schedule_and_no_trace(
    run: Run, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def digests() -> list[str]:
        walks = (STRATEGIES["random-walk"](Stream("same", seed), 10) for seed in range(10))
        return [run(NEAR_MISSES[name], walk).digest for walk in walks]

    checked = digests()
    monkeypatch.setattr(bank_module, "DataRaces", NoCheck)
    assert digests() == checked


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.lists(st.tuples(st.sampled_from("ab"), st.booleans()), max_size=3), max_size=3),
    st.integers(0, 99),
)
def test_whoever_takes_the_same_lock_for_a_field_never_races_and_others_do(
    threads: list[list[tuple[str, bool]]], seed: int
) -> None:
    """Each access is of a field, under its lock or under none."""

    def program(scheduler: Scheduler) -> None:
        order = LockOrder(scheduler)
        lock_class = order.lock_class("lock")
        account = Account()
        account.__dict__.update(a=0, b=0)
        locks = {field: SpinLock(order, lock_class, field) for field in "ab"}
        DataRaces(scheduler).watch(account, {"a": None, "b": None})

        def body(accesses: list[tuple[str, bool]]) -> None:
            for field, locked in accesses:
                if locked:
                    with locks[field]:
                        setattr(account, field, 1)
                else:
                    setattr(account, field, 1)

        for number, accesses in enumerate(threads):
            scheduler.thread(f"t{number}", lambda accesses=accesses: body(accesses))  # type: ignore[misc]
        scheduler.thread("last", lambda: None)

    with OsThreads(pinned=False) as carriers:
        strategy = STRATEGIES["random-walk"](Stream("property", seed), 10)
        outcome = execute(program, strategy, carriers).outcome
    shared = {
        field
        for field in "ab"
        if sum(any(each == field for each, _ in accesses) for accesses in threads) > 1
    }
    unlocked = {field for accesses in threads for field, locked in accesses if not locked}
    if not shared & unlocked:
        assert not isinstance(outcome, Failed)
    elif isinstance(outcome, Failed):
        assert outcome.failure.lock_classes[0] in shared & unlocked


# What orders.


@pytest.mark.parametrize("kind", sorted(set(EDGES) - {"dec"}))
def test_a_near_miss_would_be_a_false_alarm_without_each_edge(
    carriers: OsThreads, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # `dec` is never the last put, so something else already orders whoever knows that.
    monkeypatch.delitem(EDGES, kind)
    assert any(every_behaviour(program, carriers).failures for program in NEAR_MISSES.values())


@pytest.mark.parametrize("name", NEAR_MISSES)
def test_a_near_miss_has_no_race_in_any_schedule_there_is(carriers: OsThreads, name: str) -> None:
    explored = every_behaviour(NEAR_MISSES[name], carriers)
    assert explored.complete
    assert not explored.failures


def test_one_race_is_one_finding_whoever_comes_first(carriers: OsThreads) -> None:
    explored = every_behaviour(DEFECTS["looks_before_it_is_complete"], carriers)
    assert set(explored.failures) == {"data race in looks, opens on owner"}


def test_what_was_tried_in_vain_orders_nothing(carriers: OsThreads) -> None:
    def program(scheduler: Scheduler) -> None:
        bank, taken = Bank(scheduler), Cell(scheduler, "taken", "0", False)
        bank.guarded_by(None)

        def takes() -> None:
            bank.account.balance = 1
            taken.cmpxchg(False, True)

        def tries() -> None:
            if taken.cmpxchg(False, True):
                bank.account.balance += 1

        bank.threads(takes, tries)

    assert set(every_behaviour(program, carriers).failures) == {
        "data race in takes, tries on balance"
    }


def test_a_request_that_is_not_there_orders_nothing(carriers: OsThreads) -> None:
    def program(scheduler: Scheduler) -> None:
        bank, requests = Bank(scheduler), Requests(scheduler, "0")
        bank.guarded_by(None)

        def asks() -> None:
            bank.account.balance = 1
            requests.make(1)

        def looks_for_another() -> None:
            requests.check(2)
            bank.account.balance += 1

        bank.threads(asks, looks_for_another)

    explored = every_behaviour(program, carriers)
    assert sum(found.executions for found in explored.failures.values()) == explored.executions


# What is watched.


@pytest.mark.parametrize("how", ["splice", "cut", "replace", "init", "reorder", "copy"])
@pytest.mark.parametrize("locked", [True, False])
def test_whatever_changes_a_list_changes_it_under_its_lock(
    run: Run, how: str, locked: bool
) -> None:
    def program(scheduler: Scheduler) -> None:
        order = LockOrder(scheduler)
        lock = SpinLock(order, order.lock_class("lock"), "0")
        DataRaces(scheduler)
        shared: ListHead[str] = ListHead(scheduler, "shared", "0")
        own: ListHead[str] = ListHead(scheduler, "own", "0")
        shared.init()
        own.init()
        shared.population = own.population = 2
        first, second = Node("first", "first"), Node("second", "second")
        shared.add_tail(first)
        shared.add_tail(second)
        shared.guard = lock
        changes: dict[str, Callable[[], None]] = {
            "splice": lambda: own.splice_tail_init(shared),
            "cut": lambda: own.cut_position(shared, first),
            "replace": lambda: own.replace(shared),
            "init": shared.init,
            "reorder": lambda: shared.reorder([second, first]),
            "copy": lambda: shared.copy_from(own),
        }

        def body() -> None:
            with lock if locked else nullcontext():
                changes[how]()

        scheduler.thread("t0", body)

    outcome = run(program).outcome
    assert isinstance(outcome, Failed) is not locked
    if isinstance(outcome, Failed):
        assert outcome.failure.kind == "list changed without its lock"


def test_what_an_interrupted_thread_holds_its_handler_does_not(run: Run) -> None:
    def program(scheduler: Scheduler) -> None:
        bank, work = Bank(scheduler), Cell(scheduler, "work", "0", 0)
        bank.guarded_by(bank.lock)

        def handles() -> None:
            bank.account.balance = 2

        line = HostInterrupt(scheduler, "0", "t0", handles)

        def works() -> None:
            with bank.lock:
                line.assert_line()
                work.read()

        bank.threads(works)

    outcome = run(program).outcome
    assert isinstance(outcome, Failed)
    assert outcome.failure.signature == "unguarded access in handles on balance"


@dataclass
class Entry:
    """Equal to others, and not to be hashed."""

    count: int = 0


class Slotted:
    """Its field is a slot of the class it derives from."""

    __slots__ = ("count",)

    def __init__(self) -> None:
        self.count = 0


class Derived(Slotted):
    """Has a dictionary besides."""


class WithDefault:
    """Its field is the class's until it is written."""

    count = 0


class WithProperty:
    """Its field is a property."""

    def __init__(self) -> None:
        self._count = 0

    @property
    def count(self) -> int:
        """Return what is counted."""
        return self._count

    @count.setter
    def count(self, count: int) -> None:
        self._count = count


@pytest.mark.parametrize("kind", [Entry, Slotted, Derived, WithDefault, WithProperty])
@pytest.mark.parametrize("shared", [True, False])
def test_fields_of_all_sorts_are_watched_and_work_as_before(
    run: Run, kind: type[Any], shared: bool
) -> None:
    counted: list[int] = []

    def program(scheduler: Scheduler) -> None:
        races, things = DataRaces(scheduler), [kind(), kind()]
        for thing in things:
            races.watch(thing, {"count": None})

        def body_of(thing: Any) -> Callable[[], None]:
            def body() -> None:
                thing.count += 1
                counted.append(thing.count)

            return body

        for number, thing in enumerate(things):
            scheduler.thread(f"t{number}", body_of(things[0] if shared else thing))

    outcome = run(program).outcome
    if shared:
        assert isinstance(outcome, Failed)
        assert outcome.failure.signature == "data race in body, body on count"
    else:
        assert outcome == Passed()
        assert counted == [1, 1]


def test_objects_of_one_class_need_not_have_the_same_fields_watched(run: Run) -> None:
    def program(scheduler: Scheduler) -> None:
        races, one, other = DataRaces(scheduler), Account(), Account()
        races.watch(one, {"balance": None})
        races.watch(other, {"owner": None})

        def unwatched() -> None:
            one.owner += "a"
            other.balance += 1

        def watched() -> None:
            unwatched()
            other.owner += "a"

        scheduler.thread("t0", watched)
        scheduler.thread("t1", watched)

    outcome = run(program).outcome
    assert isinstance(outcome, Failed)
    assert outcome.failure.lock_classes == ("owner",)


def test_a_watched_field_can_be_absent_and_deleted(run: Run) -> None:
    def program(scheduler: Scheduler) -> None:
        account = Account()
        DataRaces(scheduler).watch(account, {"balance": None, "limit": None})

        def body() -> None:
            assert not hasattr(account, "limit")
            del account.balance
            assert not hasattr(account, "balance")

        scheduler.thread("t0", body)

    assert run(program).outcome == Passed()
