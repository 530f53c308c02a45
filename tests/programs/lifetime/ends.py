# SPDX-License-Identifier: GPL-2.0-only
"""Ends: freed by both sides, under who walks a list, or by nobody."""

from contextlib import nullcontext

from harness import Cell, KmemCache, ListHead, LockOrder, Scheduler, SpinLock, kfree
from tests.programs.example import Finish
from tests.programs.lifetime.session import Session


def _closed(scheduler: Scheduler, *, atomically: bool) -> None:
    session = Session(KmemCache(scheduler, "session"))
    closed = Cell(scheduler, "closed", "0", False)

    def close() -> None:
        if atomically:
            first = not closed.cmpxchg(False, True)
        else:
            first = not closed.read()
            closed.write(True)
        if first:
            kfree(session)

    scheduler.thread("client", close)
    scheduler.thread("server", close)


def closed_twice(scheduler: Scheduler) -> None:
    """Both ends look whether the other has closed, and then say that they have."""
    _closed(scheduler, atomically=False)


def closed_once(scheduler: Scheduler) -> None:
    """To look and to say so are one access."""
    _closed(scheduler, atomically=True)


def _walked(scheduler: Scheduler, *, locked: bool) -> None:
    cache, order = KmemCache(scheduler, "session"), LockOrder(scheduler)
    lock = SpinLock(order, order.lock_class("list_lock"), "0")
    sessions: ListHead[Session] = ListHead(scheduler, "sessions", "0", lock)
    sessions.init()
    sessions.population = 2
    finish = Finish(scheduler, 2, lambda: kfree(last))
    for _ in range(2):
        sessions.add_tail(Session(cache).node)
    first, last = sessions.verify()

    def count() -> None:
        with lock if locked else nullcontext():
            for session in sessions.entries():
                session.bytes += 1
        finish.arrive()

    def remove() -> None:
        with lock:
            sessions.delete(first.node)
        kfree(first)
        finish.arrive()

    scheduler.thread("counter", count)
    scheduler.thread("remover", remove)


def walked_while_deleted(scheduler: Scheduler) -> None:
    """A walk without the lock stands on an entry that is deleted, or freed already."""
    _walked(scheduler, locked=False)


def walked_under_lock(scheduler: Scheduler) -> None:
    """The walk holds the lock; what was deleted under it before can be freed without."""
    _walked(scheduler, locked=True)


def _inserted(scheduler: Scheduler, *, loser_frees: bool) -> None:
    cache = KmemCache(scheduler, "session")
    table: Cell[Session | None] = Cell(scheduler, "table", "0", None)

    def open_session() -> None:
        if table.read() is None:
            session = Session(cache)
            if table.cmpxchg(None, session) is not None and loser_frees:
                kfree(session)
        finish.arrive()

    def shut_down() -> None:
        session = table.read()
        if session is not None:
            kfree(session)

    finish = Finish(scheduler, 2, shut_down)
    scheduler.thread("one", open_session)
    scheduler.thread("other", open_session)


def loser_forgets_its_own(scheduler: Scheduler) -> None:
    """Two make the same entry; who comes second goes by the first one's and forgets its own."""
    _inserted(scheduler, loser_frees=False)


def loser_frees_its_own(scheduler: Scheduler) -> None:
    """Who comes second frees the one that nobody has seen."""
    _inserted(scheduler, loser_frees=True)
