# SPDX-License-Identifier: GPL-2.0-only
"""Is a walk without the lock a race with who changes the list, and a private list's none?"""

from collections.abc import Callable

import pytest

from harness import Cell, ListHead, LockOrder, Node, OsThreads, Scheduler, SpinLock
from harness.detectors.races.checker import DataRaces
from harness.search.explore import Exploration, every_behaviour

Role = Callable[["Lists"], None]


class Lists:
    """Two lists under one lock, each with an entry, and an entry on none."""

    def __init__(self, scheduler: Scheduler) -> None:
        order = LockOrder(scheduler)
        self.lock = SpinLock(order, order.lock_class("lock"), "0")
        self.ready = Cell(scheduler, "ready", "0", 0)
        self.first, self.second = (
            ListHead[str](scheduler, name, "0", self.lock) for name in ("first", "second")
        )
        self.nodes = {name: Node(name, name) for name in ("of first", "of second", "new")}
        for head in (self.first, self.second):
            head.guard, head.population = None, 3
            head.init()
        self.first.add_tail(self.nodes["of first"])
        self.second.add_tail(self.nodes["of second"])
        self.first.guard = self.second.guard = self.lock


def walks(lists: Lists) -> None:
    """Walk without the lock."""
    list(lists.first.entries())


def walks_safely(lists: Lists) -> None:
    """Walk so that entries may go, without the lock."""
    list(lists.first.entries_safe())


def walks_locked(lists: Lists) -> None:
    """Walk with the lock."""
    with lists.lock:
        list(lists.first.entries())


def looks_whether_empty(lists: Lists) -> None:
    """Look at one word."""
    assert not lists.first.empty


def walks_the_other(lists: Lists) -> None:
    """Walk a list that nobody changes."""
    list(lists.second.entries())


def walks_if_ready(lists: Lists) -> None:
    """Walk once whoever adds has said that it is done."""
    if lists.ready.cmpxchg(1, 2) == 1:
        list(lists.first.entries())


def adds(lists: Lists) -> None:
    """Add with the lock."""
    with lists.lock:
        lists.first.add_tail(lists.nodes["new"])
    lists.ready.cmpxchg(0, 1)


def deletes(lists: Lists) -> None:
    """Delete with the lock."""
    with lists.lock:
        lists.first.delete(lists.nodes["of first"])


def deletes_by_the_other_head(lists: Lists) -> None:
    """Delete an entry, and name another list than the one that it is on."""
    with lists.lock:
        lists.second.delete(lists.nodes["of first"])


def explored(first: Role, second: Role, carriers: OsThreads) -> Exploration:
    """Explore every behaviour of two threads."""

    def program(scheduler: Scheduler) -> None:
        lists = Lists(scheduler)
        DataRaces(scheduler)
        scheduler.thread("t0", lambda: first(lists))
        scheduler.thread("t1", lambda: second(lists))

    return every_behaviour(program, carriers)


@pytest.mark.parametrize("walk", [walks, walks_safely])
@pytest.mark.parametrize("change", [adds, deletes, deletes_by_the_other_head])
def test_a_walk_without_the_lock_beside_who_changes_the_list_is_a_race(
    walk: Role, change: Role, carriers: OsThreads
) -> None:
    found = explored(walk, change, carriers)
    ((signature, failure),) = found.failures.items()
    names = sorted((walk.__name__, change.__name__))
    assert signature == f"data race in {names[0]}, {names[1]} on first"
    assert failure.executions == found.executions, "in every schedule, whatever comes of it"


@pytest.mark.parametrize(
    "reader", [walks_locked, looks_whether_empty, walks_the_other, walks_if_ready]
)
def test_who_has_the_lock_or_is_alone_or_comes_later_is_none(
    reader: Role, carriers: OsThreads
) -> None:
    assert explored(reader, adds, carriers).passed


def test_two_walks_are_none(carriers: OsThreads) -> None:
    assert explored(walks, walks_safely, carriers).passed


def test_an_entry_that_is_deleted_by_another_head_is_no_change_of_that_one(
    carriers: OsThreads,
) -> None:
    assert explored(walks_the_other, deletes_by_the_other_head, carriers).passed
