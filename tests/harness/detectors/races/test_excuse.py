# SPDX-License-Identifier: GPL-2.0-only
"""Does an excuse cover an access while what it relies on is there, and no longer than that?"""

from collections.abc import Callable

import pytest

from harness import Execution, Failed, LockOrder, Mutex, Passed, Scheduler, SpinLock
from harness.detectors.races import DataRaces, Excuse
from harness.primitives import ListHead, Node, is_held

Run = Callable[..., Execution]


class Account:
    """What threads share."""

    def __init__(self) -> None:
        self.balance = 0

    def __str__(self) -> str:
        return "account 0"


def estimate(*, stands_in: bool, holds: bool, is_list: bool) -> Callable[[Scheduler], None]:
    """Return a program that reads or relinks without the lock, by an excuse.

    Args:
        stands_in: the excuse names a lock that stands in for it.
        holds: it is held.
        is_list: it is a list that is changed.
    """

    def program(scheduler: Scheduler) -> None:
        order, account = LockOrder(scheduler), Account()
        lock = SpinLock(order, order.lock_class("lock"), "0")
        other = Mutex(order, order.lock_class("other"), "0")
        ring: ListHead[Account] = ListHead(scheduler, "accounts", "0", lock)
        seen = []

        def held(me: object, thing: str) -> bool:
            seen.append(thing)
            return is_held(other, scheduler.current)

        excuse = Excuse("nobody writes meanwhile", held if stands_in else None)
        documented = {("statistics", "balance"): excuse, ("statistics", "accounts"): excuse}
        DataRaces(scheduler, documented).watch(account, {"balance": lock})

        def statistics() -> None:
            if holds:
                other.lock()
            if is_list:
                ring.init()
                ring.add_tail(Node(account, "account"))
            else:
                assert account.balance == 0
            if holds:
                other.unlock()
            assert set(seen) <= {"accounts[0]" if is_list else "account 0"}

        scheduler.thread("t0", statistics)

    return program


@pytest.mark.parametrize("is_list", [False, True])
@pytest.mark.parametrize(
    ("stands_in", "holds", "right"),
    [(True, True, True), (True, False, False), (False, False, True)],
)
def test_an_access_is_excused_with_the_lock_that_stands_in(
    run: Run, stands_in: bool, holds: bool, right: bool, is_list: bool
) -> None:
    outcome = run(estimate(stands_in=stands_in, holds=holds, is_list=is_list)).outcome
    if right:
        assert outcome == Passed()
    else:
        assert isinstance(outcome, Failed)
        wrong = "list changed without its lock" if is_list else "unguarded access"
        assert outcome.failure.kind == wrong
