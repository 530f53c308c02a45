# SPDX-License-Identifier: GPL-2.0-only
"""Lifetimes: programs that free too early, twice or never, and their nearest right relatives."""

from contextlib import nullcontext

from harness.cells import Cell
from harness.examples.example import Finish, Program
from harness.list_head import ListHead, Node
from harness.lockorder import LockOrder
from harness.rcu import Rcu
from harness.refcount import Refcount
from harness.scheduler import Scheduler
from harness.slab import KmemCache, SlabObject, kfree
from harness.spinlock import SpinLock

ROUNDS = 4
"""How often a thread does the same again, so that a window is met in a few hundred schedules."""


class Session(SlabObject):
    """What the programs share: something with references to it and a field."""

    def __init__(self, cache: KmemCache) -> None:
        super().__init__(cache)
        name = f"{len(cache.lives) - 1}"
        self.refs = Refcount(cache.scheduler, "refs", name, inside=self)
        self.node: Node[Session] = Node(self, f"session[{name}]")
        self.bytes = 0


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


DEFECTS: dict[str, Program] = {
    program.__name__: program
    for program in (
        looked_up_outside_section, freed_under_readers, waited_before_unlink, closed_twice,
        walked_while_deleted, taken_from_zero, cache_puts_what_it_found, loser_forgets_its_own,
        kept_on_failure,
    )
}  # fmt: skip

NEAR_MISSES: dict[str, Program] = {
    program.__name__: program
    for program in (
        looked_up_in_section, freed_after_readers, waited_after_unlink, closed_once,
        walked_under_lock, taken_unless_zero, cache_puts_what_it_erased, loser_frees_its_own,
        dropped_on_failure,
    )
}  # fmt: skip

KINDS: dict[str, frozenset[str]] = {
    "looked_up_outside_section": frozenset({"use after free"}),
    "freed_under_readers": frozenset({"use after free"}),
    "waited_before_unlink": frozenset({"use after free"}),
    "closed_twice": frozenset({"double free"}),
    "walked_while_deleted": frozenset({"list corruption", "use after free"}),
    "taken_from_zero": frozenset({"reference from zero"}),
    "cache_puts_what_it_found": frozenset({"reference underflow"}),
    "loser_forgets_its_own": frozenset({"memory leak"}),
    "kept_on_failure": frozenset({"memory leak"}),
}
"""What each defect may be found as; which of two depends on who comes first."""
