# SPDX-License-Identifier: GPL-2.0-only
"""Locks, atomics, requests and IPIs: programs with a race, and programs that look as if."""

from harness import Atomic, Cell, Ipi, Requests, Scheduler, SpinLock
from tests.programs.data_race.bank import Bank, Body

REQUEST = 0


def pay_in(bank: Bank, lock: SpinLock) -> Body:
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


def guarded_by_a_lock_of_its_own(scheduler: Scheduler) -> None:
    """Right: who has swapped the word is alone until it is swapped back."""
    bank, taken = Bank(scheduler), Cell(scheduler, "taken", "0", False)
    bank.guarded_by(None)

    def tries() -> None:
        if not taken.cmpxchg(False, True):
            bank.account.balance += 1
            taken.cmpxchg(True, False)

    bank.threads(tries, tries)


def handed_over_by_request(scheduler: Scheduler) -> None:
    """Right: whoever takes a request is told what came before it was made."""
    bank, requests = Bank(scheduler), Requests(scheduler, "0")
    bank.guarded_by(None)

    def asks() -> None:
        bank.account.owner = "somebody"
        requests.make(REQUEST)

    def serves() -> None:
        if requests.check(REQUEST):
            assert bank.account.owner

    bank.threads(asks, serves)


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
