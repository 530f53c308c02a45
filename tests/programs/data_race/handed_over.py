# SPDX-License-Identifier: GPL-2.0-only
"""Handed over: what one thread did is there for another that waited for it, and for nobody else.

Programs that look too early or too late, each beside its right relative.
"""

from harness import (
    Atomic,
    Cell,
    Completion,
    HostInterrupt,
    Rcu,
    Refcount,
    Scheduler,
    Srcu,
    WaitQueue,
)
from tests.programs.data_race.bank import Account, Bank


class OpenBank(Bank):
    """A bank whose account is guarded by no lock, and that counts its visitors."""

    def __init__(self, scheduler: Scheduler) -> None:
        super().__init__(scheduler)
        self.guarded_by(None)
        self._visits = Atomic(scheduler, "visits", "0")

    def opens(self) -> None:
        """Give the account an owner."""
        self.account.owner = "somebody"

    def looks(self) -> None:
        """Look who the owner is, and stay for a while."""
        assert self.account.owner != "nobody"
        self._visits.read()


def _completed(scheduler: Scheduler, *, waits: bool) -> None:
    bank, opened = OpenBank(scheduler), Completion(scheduler, "opened")

    def opens() -> None:
        bank.opens()
        opened.complete()

    def looks() -> None:
        if waits:
            opened.wait()
        bank.looks()

    bank.threads(opens, looks)


def looks_before_it_is_complete(scheduler: Scheduler) -> None:
    """Wrong: there is something to wait for, and it does not."""
    _completed(scheduler, waits=False)


def looks_when_it_is_complete(scheduler: Scheduler) -> None:
    """Right: what was done before a completion is there for whoever has waited."""
    _completed(scheduler, waits=True)


def _woken(scheduler: Scheduler, *, only_if_it_slept: bool) -> None:
    bank, queue = OpenBank(scheduler), WaitQueue(scheduler, "queue")
    ready = Cell(scheduler, "ready", "0", False)

    def opens() -> None:
        bank.opens()
        ready.write(True)
        queue.wake_up()

    def looks() -> None:
        answers = []

        def is_ready() -> bool:
            answers.append(ready.read())
            return answers[-1]

        queue.wait_event(is_ready)
        slept = len(answers) > 1
        if slept or not only_if_it_slept:
            bank.looks()

    bank.threads(opens, looks)


def looks_without_having_slept(scheduler: Scheduler) -> None:
    """Wrong: who finds the condition true at once has only made a marked read."""
    _woken(scheduler, only_if_it_slept=False)


def looks_when_it_was_woken(scheduler: Scheduler) -> None:
    """Right: who was woken knows what came before."""
    _woken(scheduler, only_if_it_slept=True)


def _published(scheduler: Scheduler, *, assigned: bool) -> None:
    bank, rcu = OpenBank(scheduler), Rcu(scheduler)
    current: Cell[Account | None] = Cell(scheduler, "current", "0", None)

    def opens() -> None:
        bank.opens()
        if assigned:
            rcu.assign_pointer(current, bank.account)
        else:
            current.write(bank.account)

    def looks() -> None:
        with rcu:
            if rcu.dereference(current) is not None:
                bank.looks()

    bank.threads(opens, looks)


def pointer_published_by_a_marked_write(scheduler: Scheduler) -> None:
    """Wrong: the pointer may be there before what it points to is."""
    _published(scheduler, assigned=False)


def pointer_assigned(scheduler: Scheduler) -> None:
    """Right: to assign a pointer lets go of what came before."""
    _published(scheduler, assigned=True)


def published_by_a_grace_period(scheduler: Scheduler) -> None:
    """Right: no section has begun before a grace period and sees what came after it."""
    bank, rcu = OpenBank(scheduler), Rcu(scheduler)
    ready = Cell(scheduler, "ready", "0", False)

    def opens() -> None:
        bank.opens()
        rcu.synchronize()
        ready.write(True)

    def looks() -> None:
        with rcu:
            if ready.read():
                bank.looks()

    bank.threads(opens, looks)


def _put(scheduler: Scheduler, *, looks_late: bool) -> None:
    bank, refs = OpenBank(scheduler), Refcount(scheduler, "refs", "0", 2)

    def closes() -> None:
        if refs.dec_and_test():
            bank.opens()

    def uses() -> None:
        bank.looks()
        refs.dec_and_test()
        if looks_late:
            bank.looks()

    bank.threads(closes, uses)


def looks_after_its_put(scheduler: Scheduler) -> None:
    """Wrong: it has put its reference away, and looks once more."""
    _put(scheduler, looks_late=True)


def looks_until_its_put(scheduler: Scheduler) -> None:
    """Right: who puts the last one comes after what all others did while they had theirs."""
    _put(scheduler, looks_late=False)


def _reused(scheduler: Scheduler, *, waits: bool) -> None:
    bank, rcu = OpenBank(scheduler), Rcu(scheduler)
    current: Cell[Account | None] = Cell(scheduler, "current", "0", bank.account)

    def looks() -> None:
        with rcu:
            if rcu.dereference(current) is not None:
                bank.looks()

    def replaces() -> None:
        rcu.assign_pointer(current, None)
        if waits:
            rcu.synchronize()
        bank.opens()

    bank.threads(looks, replaces, looks)


def reused_under_readers(scheduler: Scheduler) -> None:
    """Wrong: nobody finds it any more, but who has found it may still look."""
    _reused(scheduler, waits=False)


def reused_after_a_grace_period(scheduler: Scheduler) -> None:
    """Right: who has found it has left by then."""
    _reused(scheduler, waits=True)


def _called_back(scheduler: Scheduler, *, hands_over: bool) -> None:
    bank, rcu = OpenBank(scheduler), Rcu(scheduler)
    current: Cell[Account | None] = Cell(scheduler, "current", "0", bank.account)

    def looks() -> None:
        with rcu:
            if rcu.dereference(current) is not None:
                bank.looks()

    def counts() -> None:
        bank.account.balance += 1

    def forgets() -> None:
        bank.opens()
        counts()

    def replaces() -> None:
        counts()
        rcu.assign_pointer(current, None)
        rcu.call(forgets)
        if not hands_over:
            counts()

    bank.threads(looks, replaces, looks)


def counts_beside_its_callback(scheduler: Scheduler) -> None:
    """Wrong: it goes on with what it has given to the callback, which may run elsewhere by then."""
    _called_back(scheduler, hands_over=False)


def counts_before_its_callback(scheduler: Scheduler) -> None:
    """Right: a callback comes after all sections, and after whoever asked for it."""
    _called_back(scheduler, hands_over=True)


def _reused_srcu(scheduler: Scheduler, *, in_section: bool) -> None:
    bank = OpenBank(scheduler)
    domain = Srcu(bank.order, bank.order.lock_class("domain"), "0")
    current = Cell(scheduler, "current", "0", True)

    def looks() -> None:
        index = domain.read_lock()
        is_current = current.read()
        if not in_section:
            domain.read_unlock(index)
        if is_current:
            bank.looks()
        if in_section:
            domain.read_unlock(index)

    def replaces() -> None:
        current.write(False)
        domain.synchronize()
        bank.opens()

    bank.threads(looks, replaces, looks)


def looks_after_its_section(scheduler: Scheduler) -> None:
    """Wrong: the section is over, and nobody waits for it."""
    _reused_srcu(scheduler, in_section=False)


def looks_in_its_section(scheduler: Scheduler) -> None:
    """Right: the writer waits for the section."""
    _reused_srcu(scheduler, in_section=True)


def _interrupted(scheduler: Scheduler, *, in_handler: bool) -> None:
    bank, work = OpenBank(scheduler), Cell(scheduler, "work", "0", 0)

    def handles() -> None:
        if in_handler:
            bank.looks()

    def works() -> None:
        for _ in range(3):
            work.read()
        if not in_handler:
            bank.looks()

    line = HostInterrupt(scheduler, "0", "t0", handles)

    def opens() -> None:
        bank.opens()
        line.assert_line()

    bank.threads(works, opens)


def looks_beside_the_handler(scheduler: Scheduler) -> None:
    """Wrong: an interrupt is to come, and the thread looks without having had it."""
    _interrupted(scheduler, in_handler=False)


def looks_in_the_handler(scheduler: Scheduler) -> None:
    """Right: a handler comes after whoever has asserted its interrupt."""
    _interrupted(scheduler, in_handler=True)


PAIRS = (
    (looks_before_it_is_complete, looks_when_it_is_complete),
    (looks_without_having_slept, looks_when_it_was_woken),
    (pointer_published_by_a_marked_write, pointer_assigned),
    (pointer_published_by_a_marked_write, published_by_a_grace_period),
    (looks_after_its_put, looks_until_its_put),
    (reused_under_readers, reused_after_a_grace_period),
    (counts_beside_its_callback, counts_before_its_callback),
    (looks_after_its_section, looks_in_its_section),
    (looks_beside_the_handler, looks_in_the_handler),
)
"""A program with a race, and its relative that has none."""
