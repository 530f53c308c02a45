# SPDX-License-Identifier: GPL-2.0-only
"""Do others see a list half made only when it is changed without its lock?"""

from collections.abc import Callable

import pytest

from harness import (
    Cell,
    Deviation,
    Execution,
    Failed,
    ListHead,
    LockOrder,
    Node,
    Passed,
    Scheduler,
    SpinLock,
    Stream,
)
from harness.schedule.replay import StrictReplay
from harness.search.strategies.random_walk import RandomWalk

Program = Callable[[Scheduler], None]
Run = Callable[..., Execution]
Story = Callable[[Execution], list[str]]
Use = Callable[[ListHead[str], Node[str]], None]


def add(head: ListHead[str], node: Node[str]) -> None:
    head.add_tail(node)


def add_and_delete(head: ListHead[str], node: Node[str]) -> None:
    head.add_tail(node)
    head.delete(node)


def walk(head: ListHead[str], _: Node[str]) -> None:
    for _entry in head.entries():
        pass


def walk_safely(head: ListHead[str], _: Node[str]) -> None:
    for _entry in head.entries_safe():
        pass


def guarded_list(use: Use, *, locked: bool, guarded: bool = True) -> Program:
    """One thread uses a list of one entry and a node more."""

    def program(scheduler: Scheduler) -> None:
        order = LockOrder(scheduler)
        lock = SpinLock(order, order.lock_class("ap_list_lock"), "0")
        head: ListHead[str] = ListHead(scheduler, "ap_list", "0")
        head.init()
        head.population = 2
        head.add_tail(Node("first", "first"))
        head.guard = lock if guarded else None
        node = Node("second", "second")

        def body() -> None:
            if locked:
                with lock:
                    use(head, node)
            else:
                use(head, node)

        scheduler.thread("t", body)

    return program


def list_points(story: list[str]) -> int:
    return sum(line in ("t: list ap_list[0]", "t: relink ap_list[0]") for line in story)


@pytest.mark.parametrize("use", [add, add_and_delete, walk, walk_safely])
def test_there_is_no_point_between_pointer_writes_while_the_guard_is_held(
    run: Run, story: Story, use: Use
) -> None:
    execution = run(guarded_list(use, locked=True))
    assert execution.outcome == Passed()
    assert list_points(story(execution)) == 0


@pytest.mark.parametrize("use", [add, add_and_delete, walk, walk_safely])
def test_there_are_points_between_pointer_writes_without_the_guard(
    run: Run, story: Story, use: Use
) -> None:
    execution = run(guarded_list(use, locked=False))
    assert execution.outcome == Passed()
    assert list_points(story(execution)) > 0


@pytest.mark.parametrize("use", [add, add_and_delete, walk, walk_safely])
def test_a_list_that_nobody_shares_has_no_points(run: Run, story: Story, use: Use) -> None:
    execution = run(guarded_list(use, locked=False, guarded=False))
    assert list_points(story(execution)) == 0


def test_the_guard_in_another_threads_hands_is_not_held(run: Run, story: Story) -> None:
    def program(scheduler: Scheduler) -> None:
        order = LockOrder(scheduler)
        lock = SpinLock(order, order.lock_class("ap_list_lock"), "0")
        head: ListHead[str] = ListHead(scheduler, "ap_list", "0", guard=lock)
        head.init()
        head.population = 1
        cell = Cell(scheduler, "cell", "0", 0)

        def holds() -> None:
            with lock:
                cell.read()

        scheduler.thread("holder", holds)
        scheduler.thread("t", lambda: head.add_tail(Node("first", "first")))

    execution = run(program, StrictReplay([Deviation("holder", 2, "t")]))
    assert list_points(story(execution)) > 0


def adds_while_another_looks(*, locked: bool) -> Program:
    def program(scheduler: Scheduler) -> None:
        order = LockOrder(scheduler)
        lock = SpinLock(order, order.lock_class("ap_list_lock"), "0")
        head: ListHead[str] = ListHead(scheduler, "ap_list", "0", guard=lock)
        head.init()
        head.population = 1

        def adds() -> None:
            if locked:
                with lock:
                    head.add_tail(Node("first", "first"))
            else:
                head.add_tail(Node("first", "first"))

        def looks() -> None:
            with lock:
                head.verify()

        scheduler.thread("adds", adds)
        scheduler.thread("looks", looks)

    return program


def outcomes(run: Run, program: Program) -> set[str]:
    walks = (RandomWalk(Stream("half made", seed), 8) for seed in range(40))
    found = set()
    for random_walk in walks:
        outcome = run(program, random_walk).outcome
        found.add(outcome.failure.kind if isinstance(outcome, Failed) else "passed")
    return found


def test_others_see_a_ring_half_made_when_the_lock_is_left_out(run: Run) -> None:
    assert outcomes(run, adds_while_another_looks(locked=False)) == {"passed", "list corruption"}


def test_nobody_sees_a_ring_half_made_under_the_lock(run: Run) -> None:
    assert outcomes(run, adds_while_another_looks(locked=True)) == {"passed"}
