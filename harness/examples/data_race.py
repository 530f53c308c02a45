# SPDX-License-Identifier: GPL-2.0-only
"""Data races, and near misses: five programs that have one, and five that look as if they had.

The account is a plain object, as any Python program has; what guards its fields is declared once.
"""

from collections.abc import Callable

from harness.cells import Atomic, Cell
from harness.examples.example import Program
from harness.lockorder import LockOrder
from harness.races import DataRaces, Guard
from harness.requests import Ipi, Requests
from harness.scheduler import Scheduler
from harness.spinlock import SpinLock

REQUEST = 0
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
        order = LockOrder(scheduler)
        lock_class = order.lock_class("lock")
        self.scheduler = scheduler
        self.lock, self.other = (SpinLock(order, lock_class, name) for name in "01")
        self.account = Account()
        self._races = DataRaces(scheduler, DOCUMENTED)

    def guarded_by(self, guard: Guard) -> None:
        """Declare what guards the account."""
        self._races.watch(self.account, {"balance": guard, "owner": guard})

    def threads(self, *bodies: Callable[[], None]) -> None:
        """Add a thread for each body."""
        for number, body in enumerate(bodies):
            self.scheduler.thread(f"t{number}", body)


def pay_in(bank: Bank, lock: SpinLock) -> Callable[[], None]:
    """Return a body that adds to the balance under a lock."""

    def body() -> None:
        with lock:
            bank.account.balance += 1

    return body


def no_lock(scheduler: Scheduler) -> None:
    """Wrong: one of two threads forgets the lock."""
    bank = Bank(scheduler)
    bank.guarded_by(bank.lock)

    def forgets() -> None:
        bank.account.balance += 1

    bank.threads(pay_in(bank, bank.lock), forgets)


def two_different_locks(scheduler: Scheduler) -> None:
    """Wrong: both threads take a lock, each its own."""
    bank = Bank(scheduler)
    bank.guarded_by(None)
    bank.threads(pay_in(bank, bank.lock), pay_in(bank, bank.other))


def published_by_a_marked_write(scheduler: Scheduler) -> None:
    """Wrong: the flag is written and read once, which says nothing about what came before it."""
    bank, ready = Bank(scheduler), Cell(scheduler, "ready", "0", False)
    bank.guarded_by(None)

    def opens() -> None:
        bank.account.owner = "somebody"
        ready.write(True)

    def looks() -> None:
        if ready.read():
            assert bank.account.owner

    bank.threads(opens, looks)


def read_after_the_lock_is_dropped(scheduler: Scheduler) -> None:
    """Wrong: the balance is read again once the lock has been let go."""
    bank = Bank(scheduler)
    bank.guarded_by(None)

    def reads_late() -> None:
        with bank.lock:
            bank.account.balance += 1
        assert bank.account.balance >= 1

    bank.threads(reads_late, pay_in(bank, bank.lock))


def looked_at_before_it_is_taken(scheduler: Scheduler) -> None:
    """Wrong: whoever only looks whether a request is pending is not told what came before it."""
    bank, requests = Bank(scheduler), Requests(scheduler, "0")
    bank.guarded_by(None)

    def asks() -> None:
        bank.account.owner = "somebody"
        requests.make(REQUEST)

    def serves() -> None:
        if requests.pending():
            assert bank.account.owner

    bank.threads(asks, serves)


def one_lock(scheduler: Scheduler) -> None:
    """Right: both take the lock that is declared."""
    bank = Bank(scheduler)
    bank.guarded_by(bank.lock)
    bank.threads(pay_in(bank, bank.lock), pay_in(bank, bank.lock))


def two_fields_of_one_account(scheduler: Scheduler) -> None:
    """Right: each thread has a field and a lock of its own."""
    bank = Bank(scheduler)
    bank.guarded_by(None)

    def names() -> None:
        with bank.other:
            bank.account.owner = "somebody"

    bank.threads(pay_in(bank, bank.lock), names)


def published_by_an_atomic(scheduler: Scheduler) -> None:
    """Right: an atomic operation that reads and writes orders what came before it."""
    bank, ready = Bank(scheduler), Atomic(scheduler, "ready", "0")
    bank.guarded_by(None)

    def opens() -> None:
        bank.account.owner = "somebody"
        ready.fetch_add(1)

    def looks() -> None:
        if ready.fetch_add(0):
            assert bank.account.owner

    bank.threads(opens, looks)


def estimate_without_the_lock(scheduler: Scheduler) -> None:
    """Right: the read without the lock is documented, by function and field."""
    bank = Bank(scheduler)
    bank.guarded_by(bank.lock)

    def statistics() -> None:
        assert bank.account.balance >= 0

    bank.threads(pay_in(bank, bank.lock), statistics)


def handed_over_by_ipi(scheduler: Scheduler) -> None:
    """Right: nobody touches it at the same time, since one waits until the other has sent."""
    bank, ipi = Bank(scheduler), Ipi(scheduler, "0")
    bank.guarded_by(None)

    def sends() -> None:
        bank.account.balance = 7
        ipi.send()

    def waits() -> None:
        ipi.wait()
        bank.account.balance += 1

    bank.threads(sends, waits)


DEFECTS: dict[str, Program] = {
    program.__name__: program
    for program in (
        no_lock,
        two_different_locks,
        published_by_a_marked_write,
        read_after_the_lock_is_dropped,
        looked_at_before_it_is_taken,
    )
}
NEAR_MISSES: dict[str, Program] = {
    program.__name__: program
    for program in (
        one_lock,
        two_fields_of_one_account,
        published_by_an_atomic,
        estimate_without_the_lock,
        handed_over_by_ipi,
    )
}
