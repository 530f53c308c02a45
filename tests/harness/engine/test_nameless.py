# SPDX-License-Identifier: GPL-2.0-only
"""Do messages read well where no function has a name: bodies that are lambdas, or of ours?"""

from collections.abc import Callable

import pytest

from harness import (
    Carriers,
    Completion,
    Failed,
    Failure,
    KmemCache,
    LockOrder,
    Mutex,
    Quiet,
    Refcount,
    Scheduler,
    SlabObject,
    SpinLock,
    execute,
    kfree,
)

Program = Callable[[Scheduler], None]


class Page(SlabObject):
    """What can be freed."""


def freed(scheduler: Scheduler) -> None:
    page = Page(KmemCache(scheduler, "page"))
    scheduler.thread("a", lambda: kfree(page))
    scheduler.thread("b", page.use)


def dropped(scheduler: Scheduler) -> None:
    count = Refcount(scheduler, "page", "0", 0)
    scheduler.thread("a", count.dec)


def waits(scheduler: Scheduler) -> None:
    scheduler.thread("a", Completion(scheduler, "over").wait)


def unlocks(scheduler: Scheduler) -> None:
    order = LockOrder(scheduler)
    scheduler.thread("a", Mutex(order, order.lock_class("lock"), "0").unlock)


def sleeps(scheduler: Scheduler) -> None:
    order = LockOrder(scheduler)
    spin = SpinLock(order, order.lock_class("spin"), "0")
    mutex = Mutex(order, order.lock_class("mutex"), "0")

    def _both() -> None:
        spin.lock()
        mutex.lock()

    scheduler.thread("a", _both)


@pytest.mark.parametrize(
    ("program", "signature", "message"),
    [
        (freed, "use after free on page", "b uses page[0] after a freed it"),
        (dropped, "reference underflow on page", "a drops a reference by a count of 0: page[0]"),
        (waits, "deadlock on completion", "a waits for completion[over] to be completed"),
        (unlocks, "lock unlocked by another on lock", "a does not hold lock[0]: nobody holds it"),
        (sleeps, "sleep in atomic on mutex", "a is about to take mutex[0], which may sleep, but"),
    ],
)
def test_a_message_has_no_hole_in_it(
    carriers: Carriers, program: Program, signature: str, message: str
) -> None:
    outcome = execute(program, Quiet(), carriers).outcome
    assert isinstance(outcome, Failed)
    failure = outcome.failure
    assert failure.message.startswith(message)
    assert failure.signature == signature
    for text in (failure.message, *failure.details):
        assert "  after" not in text
        assert not text.endswith((": ", " in "))


def test_a_signature_names_the_functions_that_have_a_name() -> None:
    assert Failure("kind", "", ("", "f", "")).signature == "kind in f"
    assert Failure("kind", "", ("", "")).signature == "kind"
