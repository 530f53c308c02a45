# SPDX-License-Identifier: GPL-2.0-only
"""Counted references: taken from nothing, dropped without having one, or kept for ever."""

from harness import Cell, KmemCache, Rcu, Refcount, Scheduler, kfree
from tests.programs.example import Finish
from tests.programs.lifetime.session import Session


def _revived(scheduler: Scheduler, *, unless_zero: bool) -> None:
    cache, rcu = KmemCache(scheduler, "session"), Rcu(scheduler)
    first = Session(cache)
    table: Cell[Session | None] = Cell(scheduler, "table", "0", first)

    def put(session: Session) -> None:
        if session.refs.dec_and_test():
            table.write(None)
            rcu.kfree(session)

    def serve() -> None:
        with rcu:
            session = rcu.dereference(table)
            if session is None:
                return
            if unless_zero:
                if not session.refs.inc_not_zero():
                    return
            else:
                session.refs.inc()
        put(session)

    scheduler.thread("server", serve)
    scheduler.thread("owner", lambda: put(first))


def taken_from_zero(scheduler: Scheduler) -> None:
    """The table does not count: what is found there may have lost its last reference already."""
    _revived(scheduler, unless_zero=False)


def taken_unless_zero(scheduler: Scheduler) -> None:
    """What has lost its last reference is not taken."""
    _revived(scheduler, unless_zero=True)


def _cached(scheduler: Scheduler, *, puts_what_it_erased: bool) -> None:
    refs = Refcount(scheduler, "refs", "0", 2)
    table = Cell(scheduler, "table", "0", refs)
    nothing = Refcount(scheduler, "refs", "none")

    def invalidate() -> None:
        found = table.read()
        if found is not nothing:
            erased = table.cmpxchg(found, nothing)
            if erased is found or not puts_what_it_erased:
                found.dec_and_test()
        finish.arrive()

    def shut_down() -> None:
        refs.dec_and_test()

    finish = Finish(scheduler, 2, shut_down)
    scheduler.thread("discard", invalidate)
    scheduler.thread("disable", invalidate)


def cache_puts_what_it_found(scheduler: Scheduler) -> None:
    """Two invalidate one entry: both find it, one erases it, and both drop its reference."""
    _cached(scheduler, puts_what_it_erased=False)


def cache_puts_what_it_erased(scheduler: Scheduler) -> None:
    """Only who has erased the entry drops its reference."""
    _cached(scheduler, puts_what_it_erased=True)


def _dropped(scheduler: Scheduler, *, put_on_failure: bool) -> None:
    cache = KmemCache(scheduler, "session")
    session = Session(cache)
    session.refs.value = 2
    busy = Cell(scheduler, "busy", "0", False)

    def put() -> None:
        if session.refs.dec_and_test():
            kfree(session)

    def serve() -> None:
        if session.refs.inc_not_zero():
            if busy.cmpxchg(False, True):
                if put_on_failure:
                    put()
            else:
                session.bytes += 1
                busy.write(False)
                put()
        put()

    scheduler.thread("one", serve)
    scheduler.thread("other", serve)


def kept_on_failure(scheduler: Scheduler) -> None:
    """The way out for "busy" forgets the reference that was taken on the way in."""
    _dropped(scheduler, put_on_failure=False)


def dropped_on_failure(scheduler: Scheduler) -> None:
    """Every way out drops it."""
    _dropped(scheduler, put_on_failure=True)
