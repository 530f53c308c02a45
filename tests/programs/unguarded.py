# SPDX-License-Identifier: GPL-2.0-only
"""Programs that lose a race for a plain field, which takes a scheduling point to lose.

Each shares a `Till`; whether its fields have points outside their guard is the caller's choice.
"""

from collections.abc import Callable

from harness import LockOrder, Scheduler, SpinLock, UnguardedPoints
from tests.programs.example import Finish, wrong

Body = Callable[["Shop"], None]


class Till:
    """What the threads share."""

    __slots__ = ("money", "open")

    def __init__(self) -> None:
        self.money = 0
        self.open = True

    def __str__(self) -> str:
        return "till"


class Shop:
    """A till and its lock, and threads to be added."""

    def __init__(self, scheduler: Scheduler, *, points: bool) -> None:
        self.scheduler = scheduler
        order = LockOrder(scheduler)
        self.lock = SpinLock(order, order.lock_class("till"), "0")
        self.till = Till()
        if points:
            UnguardedPoints(scheduler).watch(self.till, dict.fromkeys(Till.__slots__, self.lock))

    def threads(self, *bodies: Body, at_end: Callable[[], None] = lambda: None) -> None:
        """Add a thread for each body; the last of them to end looks at what came of it."""
        finish = Finish(self.scheduler, len(bodies), at_end)

        def carried(body: Body) -> Callable[[], None]:
            def thread() -> None:
                body(self)
                finish.arrive()

            return thread

        for number, body in enumerate(bodies):
            self.scheduler.thread(f"t{number}", carried(body))


def pays_in(shop: Shop) -> None:
    """Add to the money under the lock."""
    with shop.lock:
        shop.till.money += 1


def pays_in_unlocked(shop: Shop) -> None:
    """Add to the money without it."""
    shop.till.money += 1


def lost_payment(scheduler: Scheduler, *, points: bool = True, fixed: bool = False) -> None:
    """One of two who pay in forgets the lock: what it has read is old when it writes."""
    shop = Shop(scheduler, points=points)

    def all_is_there() -> None:
        with shop.lock:
            if shop.till.money != 2:
                wrong(scheduler, "lost update", "a payment is gone")

    shop.threads(pays_in, pays_in if fixed else pays_in_unlocked, at_end=all_is_there)


def read_after_the_unlock(
    scheduler: Scheduler, *, points: bool = True, fixed: bool = False
) -> None:
    """The till is seen to be open under the lock, and looked at again when that is dropped."""
    shop = Shop(scheduler, points=points)

    def closes(shop: Shop) -> None:
        with shop.lock:
            shop.till.open = False

    def looks_twice(shop: Shop) -> None:
        with shop.lock:
            was_open = shop.till.open
            if fixed:
                still = shop.till.open
        if not fixed:
            still = shop.till.open
        if was_open and not still:
            wrong(scheduler, "closed meanwhile", "what was open under the lock is not any more")

    shop.threads(closes, looks_twice)


PROGRAMS = {
    program.__name__: (program, kind)
    for program, kind in (
        (lost_payment, "lost update"),
        (read_after_the_unlock, "closed meanwhile"),
    )
}
"""Each with the kind of failure as which it loses its race."""
