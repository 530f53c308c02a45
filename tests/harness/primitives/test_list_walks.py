# SPDX-License-Identifier: GPL-2.0-only
"""Is a walk that never ends found, and one that meets an entry twice by right left alone?"""

from collections.abc import Callable, Iterator, Sequence

import pytest

from harness import Execution, Failed, ListHead, LockOrder, Node, Passed, Scheduler, SpinLock
from harness.engine.strategy import Quiet
from harness.engine.threads import Thread

Run = Callable[..., Execution]
Walk = Callable[[ListHead[str]], Iterator[str]]
WALKS = [ListHead.entries, ListHead.entries_safe]
ROUNDS = 20


class InTurn(Quiet):
    """Somebody else goes on at every point, if anybody can."""

    next_point = 0

    def pick(self, step: int, me: Thread, options: Sequence[Thread]) -> int:
        return int(len(options) > 1)


class Shared:
    """A list of `a`, `b`, `c` with its lock, and which entries a walk of it has met."""

    def __init__(self, scheduler: Scheduler) -> None:
        order = LockOrder(scheduler)
        self.lock = SpinLock(order, order.lock_class("ap_list_lock"), "0")
        self.head: ListHead[str] = ListHead(scheduler, "ap_list", "0", guard=self.lock)
        self.head.init()
        self.head.population = 3
        self.nodes = {name: Node(name, name) for name in "abc"}
        self.met: list[str] = []
        with self.lock:
            for node in self.nodes.values():
                self.head.add_tail(node)

    def walk(self, walk: Walk) -> None:
        """Walk the list, and drop its lock between two entries."""
        self.lock.lock()
        for name in walk(self.head):
            self.met.append(name)
            self.lock.unlock()
            self.lock.lock()
        self.lock.unlock()

    def put_last(self, name: str) -> None:
        """Take an entry off and put it back, which takes it to the end."""
        self.head.delete(self.nodes[name])
        self.head.add_tail(self.nodes[name])


@pytest.mark.parametrize("walk", WALKS)
def test_entries_may_leave_and_come_back_while_the_lock_is_dropped(run: Run, walk: Walk) -> None:
    made: list[Shared] = []

    def program(scheduler: Scheduler) -> None:
        shared = Shared(scheduler)
        made.append(shared)

        def takes_off_and_puts_back() -> None:
            for _ in range(ROUNDS):
                with shared.lock:
                    if len(shared.met) > 1:
                        shared.put_last(shared.met[-2])

        scheduler.thread("walks", lambda: shared.walk(walk))
        scheduler.thread("moves", takes_off_and_puts_back)

    assert run(program, InTurn()).outcome == Passed()
    assert len(made[0].met) > 2 * made[0].head.population


@pytest.mark.parametrize("walk", WALKS)
def test_a_ring_without_its_head_is_found_though_others_change_lists(run: Run, walk: Walk) -> None:
    def program(scheduler: Scheduler) -> None:
        shared, other = Shared(scheduler), Shared(scheduler)

        def moves() -> None:
            for _ in range(ROUNDS):
                with other.lock:
                    other.put_last("a")

        shared.nodes["c"].next = shared.nodes["b"]
        scheduler.thread("walks", lambda: shared.walk(walk))
        scheduler.thread("moves", moves)

    outcome = run(program, InTurn()).outcome
    assert isinstance(outcome, Failed)
    assert outcome.failure.kind == "list corruption"
    assert outcome.failure.message == "the walk of ap_list[0] does not end after 4 entries"


@pytest.mark.parametrize("walk", WALKS)
def test_a_ring_that_loses_its_head_in_the_middle_of_a_walk_is_found(run: Run, walk: Walk) -> None:
    def program(scheduler: Scheduler) -> None:
        shared = Shared(scheduler)

        def breaks() -> None:
            with shared.lock:
                shared.nodes["c"].next = shared.nodes["a"]

        scheduler.thread("walks", lambda: shared.walk(walk))
        scheduler.thread("breaks", breaks)

    outcome = run(program, InTurn()).outcome
    assert isinstance(outcome, Failed)
    assert "does not end after" in outcome.failure.message


def walks_and_puts_last(run: Run, times: int, *, steps_max: int) -> Execution:
    """One thread holds the lock and puts each entry it meets to the end, so many in all."""

    def program(scheduler: Scheduler) -> None:
        shared = Shared(scheduler)

        def body() -> None:
            with shared.lock:
                for count, name in enumerate(shared.head.entries_safe()):
                    if count < times:
                        shared.put_last(name)

        scheduler.thread("walks", body)

    return run(program, steps_max=steps_max)


@pytest.mark.parametrize("times", [1, 3, 30])
def test_a_walk_may_put_back_what_it_takes_off_if_that_comes_to_an_end(
    run: Run, times: int
) -> None:
    assert walks_and_puts_last(run, times, steps_max=100).outcome == Passed()


def test_a_walk_that_puts_back_what_it_takes_off_for_ever_is_found(run: Run) -> None:
    outcome = walks_and_puts_last(run, 1 << 62, steps_max=100).outcome
    assert isinstance(outcome, Failed)
    assert outcome.failure.signature == "list corruption in body"
    assert "does not end after 10" in outcome.failure.message
