# SPDX-License-Identifier: GPL-2.0-only
"""What the programs about data races share: a plain account, as any Python program has.

What guards its fields is declared once.
"""

from collections.abc import Callable

from harness import DataRaces, LockOrder, Scheduler, SpinLock
from harness.detectors.races import Guard

Body = Callable[[], object]
DOCUMENTED = {("statistics", "balance"): "an estimate may be out of date"}


class Account:
    """What the threads share."""

    def __init__(self) -> None:
        self.balance = 0
        self.owner = ""

    def __str__(self) -> str:
        return "account"


class Bank:
    """An account, two locks, and threads to be added."""

    def __init__(self, scheduler: Scheduler) -> None:
        self.scheduler = scheduler
        self.order = LockOrder(scheduler)
        lock_class = self.order.lock_class("lock")
        self.lock, self.other = (SpinLock(self.order, lock_class, name) for name in "01")
        self.account = Account()
        self._races = DataRaces(scheduler, DOCUMENTED)

    def guarded_by(self, guard: Guard) -> None:
        """Declare what guards the account."""
        self._races.watch(self.account, {"balance": guard, "owner": guard})

    def threads(self, *bodies: Body) -> None:
        """Add a thread for each body."""
        for number, body in enumerate(bodies):
            self.scheduler.thread(f"t{number}", body)
