# SPDX-License-Identifier: GPL-2.0-only
"""Looked up by readers: protected by their read sections, and freed when those are over."""

from contextlib import nullcontext

from harness import Cell, KmemCache, Rcu, Scheduler, kfree
from tests.programs.example import Finish
from tests.programs.lifetime.session import ROUNDS, Session


def _looked_up(scheduler: Scheduler, *, in_section: bool) -> None:
    cache, rcu = KmemCache(scheduler, "session"), Rcu(scheduler)
    first = Session(cache)
    table: Cell[Session | None] = Cell(scheduler, "table", "0", first)

    def put(session: Session) -> None:
        if session.refs.dec_and_test():
            rcu.kfree(session)

    def serve() -> None:
        for _ in range(ROUNDS):
            with rcu if in_section else nullcontext():
                session = table.read()
                found = session is not None and session.refs.inc_not_zero()
            if session is not None and found:
                session.bytes += 1
                put(session)

    def close() -> None:
        table.write(None)
        put(first)

    scheduler.thread("server", serve)
    scheduler.thread("closer", close)


def looked_up_outside_section(scheduler: Scheduler) -> None:
    """A reference is taken by a pointer that no read section protects: its object may be gone."""
    _looked_up(scheduler, in_section=False)


def looked_up_in_section(scheduler: Scheduler) -> None:
    """The section lasts until the reference is taken; from then on that protects the object."""
    _looked_up(scheduler, in_section=True)


def _replaced(scheduler: Scheduler, *, deferred: bool) -> None:
    cache, rcu = KmemCache(scheduler, "session"), Rcu(scheduler)
    table = Cell(scheduler, "table", "0", Session(cache))
    finish = Finish(scheduler, 2, lambda: kfree(table.read()))

    def look() -> None:
        for _ in range(ROUNDS):
            with rcu:
                session = rcu.dereference(table)
                session.use()
                session.bytes += 1
        finish.arrive()

    def replace() -> None:
        for _ in range(ROUNDS):
            old = table.read()
            table.write(Session(cache))
            if deferred:
                rcu.kfree(old)
            else:
                kfree(old)
        finish.arrive()

    scheduler.thread("reader", look)
    scheduler.thread("writer", replace)


def freed_under_readers(scheduler: Scheduler) -> None:
    """What was replaced is freed at once, while a reader may be in its section with it."""
    _replaced(scheduler, deferred=False)


def freed_after_readers(scheduler: Scheduler) -> None:
    """What was replaced is freed when the sections have ended that were open by then."""
    _replaced(scheduler, deferred=True)


def _waited_for(scheduler: Scheduler, *, unlinked_first: bool) -> None:
    cache, rcu = KmemCache(scheduler, "session"), Rcu(scheduler)
    first = Session(cache)
    table: Cell[Session | None] = Cell(scheduler, "table", "0", first)

    def look() -> None:
        for _ in range(ROUNDS):
            with rcu:
                session = rcu.dereference(table)
                if session is not None:
                    session.use()
                    session.bytes += 1

    def remove() -> None:
        if unlinked_first:
            table.write(None)
        rcu.synchronize()
        if not unlinked_first:
            table.write(None)
        kfree(first)

    for role in ("r0", "r1"):
        scheduler.thread(role, look)
    scheduler.thread("remover", remove)


def waited_before_unlink(scheduler: Scheduler) -> None:
    """Those are waited for who may have the pointer; then it is taken away, and others have it."""
    _waited_for(scheduler, unlinked_first=False)


def waited_after_unlink(scheduler: Scheduler) -> None:
    """Nobody can find the object any more, and then those are waited for who have."""
    _waited_for(scheduler, unlinked_first=True)
