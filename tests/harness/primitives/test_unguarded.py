# SPDX-License-Identifier: GPL-2.0-only
"""Is there a point before each plain access without its guard, and none before any other?"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest

from harness import (
    DataRaces,
    Execution,
    Failed,
    HostInterrupt,
    ListHead,
    LockOrder,
    Node,
    OsThreads,
    Quiet,
    Scheduler,
    SpinLock,
    Stream,
    StrictReplay,
    UnguardedPoints,
    every_behaviour,
    execute,
    local_irq_enable,
    observes,
)
from harness.engine import Operation
from harness.primitives import Guard, Watching
from harness.search.strategies import STRATEGIES
from tests.programs.agreeing import agree
from tests.programs.unguarded import PROGRAMS, Shop, Till, lost_payment, pays_in, pays_in_unlocked

Body = Callable[[Till, SpinLock], object]
Run = Callable[..., Execution]
MONEY = ["plain_read money[till]", "plain_write money[till]"]


def published(carriers: OsThreads, program: Callable[[Scheduler], None]) -> list[str]:
    """Return the plain accesses that have a point in a quiet execution."""
    trace = execute(program, Quiet(), carriers).trace
    operations = [str(entry) for entry in trace if isinstance(entry, Operation)]
    return [each for each in operations if each.startswith(("plain", "read "))]


def plain_accesses(
    carriers: OsThreads, body: Body, guard: Callable[[SpinLock], Guard] = lambda lock: lock
) -> list[str]:
    """Return the plain accesses of a thread t0 that have a point."""

    def program(scheduler: Scheduler) -> None:
        order = LockOrder(scheduler)
        lock, till = SpinLock(order, order.lock_class("till"), "0"), Till()
        UnguardedPoints(scheduler).watch(till, {"money": guard(lock)})
        scheduler.thread("t0", partial(body, till, lock))

    return published(carriers, program)


def pays(till: Till, lock: SpinLock) -> None:
    till.money += 1


def pays_under_the_lock(till: Till, lock: SpinLock) -> None:
    with lock:
        till.money += 1


@pytest.mark.parametrize(
    ("body", "guard", "points"),
    [
        (pays, lambda lock: lock, MONEY),
        (pays_under_the_lock, lambda lock: lock, []),
        (pays, lambda lock: "t0", []),
        (pays, lambda lock: "t1", MONEY),
        (pays_under_the_lock, lambda lock: None, MONEY),
    ],
    ids=["no lock", "its lock", "its thread", "another's", "no guard"],
)
def test_what_does_not_hold_the_guard_has_a_point(
    carriers: OsThreads, body: Body, guard: Callable[[SpinLock], Guard], points: list[str]
) -> None:
    assert plain_accesses(carriers, body, guard) == points


def test_what_the_interrupted_thread_holds_its_handler_does_not(carriers: OsThreads) -> None:
    def program(scheduler: Scheduler) -> None:
        order = LockOrder(scheduler)
        lock, till = SpinLock(order, order.lock_class("till"), "0"), Till()
        UnguardedPoints(scheduler).watch(till, {"money": lock})
        interrupt = HostInterrupt(scheduler, "0", "t0", lambda: pays(till, lock))

        def interrupted() -> None:
            with lock:
                till.money += 1
                interrupt.assert_line()
                local_irq_enable(scheduler)

        scheduler.thread("t0", interrupted)

    assert published(carriers, program) == MONEY


def test_who_only_observes_has_no_point(carriers: OsThreads) -> None:
    """Whether a module observes goes by its name, so the body is made as if it stood in it."""

    def program(scheduler: Scheduler, *, module: str) -> None:
        till = Shop(scheduler, points=True).till
        space: dict[str, Any] = {"__name__": module, "till": till}
        exec("def look():\n    return till.money", space)
        scheduler.thread("t0", space["look"])

    observes("tests.observing")
    assert published(carriers, partial(program, module="tests.observing")) == []
    assert published(carriers, partial(program, module="tests.others")) == MONEY[:1]


def test_to_look_whether_a_list_is_empty_without_its_lock_is_a_point(carriers: OsThreads) -> None:
    def looks(*, locked: bool) -> list[str]:
        def program(scheduler: Scheduler) -> None:
            order = LockOrder(scheduler)
            lock = SpinLock(order, order.lock_class("ring"), "0")
            head: ListHead[str] = ListHead(scheduler, "head", "0", lock)
            UnguardedPoints(scheduler).watch_list(head)

            def body() -> None:
                with lock:
                    head.init()
                    head.add_tail(Node("entry", "entry"))
                    assert not locked or not head.empty
                assert locked or not head.empty

            scheduler.thread("t0", body)

        return published(carriers, program)

    assert looks(locked=False) == ["read head[0]"]
    assert looks(locked=True) == []


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_race_for_a_plain_field_is_lost_only_where_it_has_points(
    pinned: OsThreads, name: str
) -> None:
    program, kind = PROGRAMS[name]
    found = every_behaviour(program, pinned)
    assert found.complete
    assert set(found.failures) == {kind}
    for right in (partial(program, points=False), partial(program, fixed=True)):
        assert every_behaviour(right, pinned).complete
        assert not every_behaviour(right, pinned).failures


@pytest.mark.parametrize("name", PROGRAMS)
def test_reduction_loses_no_behaviour_of_plain_accesses(pinned: OsThreads, name: str) -> None:
    """A guarded write has no point, and still must not be exchanged with an unguarded read."""
    assert agree(PROGRAMS[name][0], pinned) is not None


def test_two_reads_commute(pinned: OsThreads) -> None:
    def program(scheduler: Scheduler) -> None:
        shop = Shop(scheduler, points=True)
        for number in range(2):
            scheduler.thread(f"t{number}", lambda: shop.till.money)

    assert every_behaviour(program, pinned).executions == 1


def test_who_checks_for_races_as_well_has_the_same_points(carriers: OsThreads) -> None:
    def program(scheduler: Scheduler, *, checked: bool) -> None:
        order = LockOrder(scheduler)
        lock, till = SpinLock(order, order.lock_class("till"), "0"), Till()
        points = UnguardedPoints(scheduler)
        if checked:
            documented = {("pays", "money"): "a test"}
            DataRaces(scheduler, documented, points).watch(till, {"money": lock})
        else:
            points.watch(till, {"money": lock})
        for number in range(2):
            scheduler.thread(f"t{number}", lambda: pays(till, lock))

    one, other = (
        execute(partial(program, checked=each), Quiet(), carriers) for each in (False, True)
    )
    assert one.digest == other.digest
    assert [str(entry) for entry in one.trace].count(MONEY[0]) == 2


def test_an_object_may_be_watched_by_several(carriers: OsThreads) -> None:
    seen: list[str] = []

    def watching(name: str) -> Watching:
        return Watching(lambda thing, field, writes, module: seen.append(f"{name} {field}"))

    till = Till()
    watching("first").watch(till, ("money",))
    watching("second").watch(till, ("money",))
    till.money += 1
    assert seen == ["second money", "first money"] * 2
    assert till.money == 1


def test_the_lock_is_what_makes_it_right(pinned: OsThreads) -> None:
    """Both threads under the lock: no points, and as many behaviours as orders of the lock."""

    def program(scheduler: Scheduler, *bodies: Callable[[Shop], None]) -> None:
        Shop(scheduler, points=True).threads(*bodies)

    def behaviours(*bodies: Callable[[Shop], None]) -> int:
        return every_behaviour(lambda scheduler: program(scheduler, *bodies), pinned).executions

    assert behaviours(pays_in, pays_in) < behaviours(pays_in, pays_in_unlocked)


def test_a_failure_of_a_plain_access_is_replayed(run: Run) -> None:
    tried = (
        run(lost_payment, STRATEGIES["random-walk"](Stream("plain", seed), 20))
        for seed in range(200)
    )
    first = next(each for each in tried if isinstance(each.outcome, Failed))
    again = run(lost_payment, StrictReplay(first.deviations))
    assert again.digest == first.digest


def test_objects_that_cannot_be_told_apart_are_refused(carriers: OsThreads) -> None:
    @dataclass
    class Equal:
        money: int = 0

    def program(scheduler: Scheduler) -> None:
        UnguardedPoints(scheduler).watch(Equal(), {"money": None})
        scheduler.thread("t0", Equal)

    outcome = execute(program, Quiet(), carriers).outcome
    assert isinstance(outcome, Failed)
    assert "Equal says itself what it is equal to" in outcome.failure.message
