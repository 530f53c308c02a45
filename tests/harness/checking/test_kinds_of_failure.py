# SPDX-License-Identifier: GPL-2.0-only
"""Does a check say of each kind of mistake what its author must be told, and pass what is right?

Each program takes `mended`: the mistake, and the same without it.
"""

from collections.abc import Callable
from functools import partial

import pytest

from harness import (
    Cell,
    CheckFailed,
    DataRaces,
    KmemCache,
    LockOrder,
    Mutex,
    Refcount,
    Scheduler,
    SlabObject,
    WaitQueue,
    check,
    kfree,
)


def mailbox(scheduler: Scheduler, *, mended: bool) -> None:
    """The reader looks whether there is mail, and then goes to sleep without looking again."""
    mail, bell = Cell(scheduler, "mail", "0", 0), WaitQueue(scheduler, "bell")

    def collect() -> None:
        if mended:
            bell.wait_event(lambda: mail.read() == 1)
        elif not mail.read():
            bell.sleep_on()

    def deliver() -> None:
        mail.write(1)
        bell.wake_up()

    scheduler.thread("reader", collect)
    scheduler.thread("postman", deliver)


def transfer(scheduler: Scheduler, *, mended: bool) -> None:
    """Two accounts are locked in the order of the transfer."""
    order = LockOrder(scheduler)
    accounts = [Mutex(order, order.lock_class(name), "0") for name in ("checking", "savings")]

    def move(first: int, second: int) -> None:
        with accounts[first], accounts[second]:
            pass

    scheduler.thread("in", lambda: move(0, 1))
    scheduler.thread("out", lambda: move(0, 1) if mended else move(1, 0))


class Page(SlabObject):
    """What a cache keeps."""


def eviction(scheduler: Scheduler, *, mended: bool) -> None:
    """A page is read, and evicted by who has the cache's pin on it but not the reader's."""
    page = Page(KmemCache(scheduler, "page"))
    pins = Refcount(scheduler, "pins", "0", 2 if mended else 1)

    def drop() -> None:
        if pins.dec_and_test():
            kfree(page)

    def read_page() -> None:
        page.use()
        if mended:
            drop()

    scheduler.thread("reader", read_page)
    scheduler.thread("evictor", drop)


class Statistics:
    """Two words that belong together."""

    def __init__(self) -> None:
        self.hits = 0

    def __str__(self) -> str:
        return "statistics"


def statistics(scheduler: Scheduler, *, mended: bool) -> None:
    """Both count; one of them forgets the lock."""
    order, races = LockOrder(scheduler), DataRaces(scheduler)
    lock, counted = Mutex(order, order.lock_class("statistics"), "0"), Statistics()
    races.watch(counted, {"hits": lock})

    def hit() -> None:
        with lock:
            counted.hits += 1

    def reset() -> None:
        if mended:
            lock.lock()
        counted.hits = 0
        if mended:
            lock.unlock()

    scheduler.thread("server", hit)
    scheduler.thread("operator", reset)


def spinner(scheduler: Scheduler, *, mended: bool) -> None:
    """A flag is waited for in a loop, and taken back before everybody has seen it."""
    ready = Cell(scheduler, "ready", "0", 0)

    def spin() -> None:
        while not ready.read():
            pass

    def pulse() -> None:
        ready.write(1)
        if not mended:
            ready.write(0)

    scheduler.thread("spinner", spin)
    scheduler.thread("setter", pulse)


def lengths(scheduler: Scheduler, *, mended: bool) -> None:
    """A list is measured under the lock, and read under it again later."""
    order = LockOrder(scheduler)
    lock, items = Mutex(order, order.lock_class("items"), "0"), [1, 2]

    def last() -> None:
        with lock:
            place = len(items) - 1
        with lock:
            if not mended or 0 <= place < len(items):
                items[place] += 1

    def clear() -> None:
        with lock:
            items.clear()

    scheduler.thread("adder", last)
    scheduler.thread("cleaner", clear)


Variant = Callable[..., None]

MISTAKES = [
    (
        mailbox,
        "mailbox: lost wake-up in collect: reader waits for a wake-up at bell[0]",
        ["the wake-up found nobody: postman at step", "reads mail[0] = 0", "writes mail[0] = 1"],
    ),
    (
        transfer,
        "transfer: lock order in move: savings -> checking, but checking -> savings came first (a "
        "deadlock wherever the two come at once)",
        ["acquires mutex checking[0]", "out is already holding savings[0]"],
    ),
    (
        eviction,
        "eviction: use after free in read_page, drop: reader uses page[0] in read_page after "
        "evictor freed it in drop",
        ["freed by   evictor at step", "frees page[0]", "puts a reference: pins[0]: 1 to 0"],
    ),
    (
        statistics,
        "statistics: unguarded access in reset: statistics: hits is guarded by statistics[0], but "
        "operator writes it at step",
        ["acquires mutex statistics[0]"],
    ),
    (
        spinner,
        "spinner: step bound in spin: no end after 300 steps: spinner goes round in spin (a loop "
        "that says with `cpu_relax` what it waits for",
        ["reads ready[0] = 0", "times more"],
    ),
    (
        lengths,
        "lengths: an exception in last: IndexError: list index out of range",
        ["raises IndexError: list index out of range", "test_kinds_of_failure.py:"],
    ),
]


@pytest.mark.parametrize(("program", "headline", "shown"), MISTAKES)
def test_a_mistake_is_called_what_it_is(program: Variant, headline: str, shown: list[str]) -> None:
    with pytest.raises(CheckFailed) as raised:
        check(partial(program, mended=False), executions=60, steps_max=300)
    said = " ".join(str(raised.value).split())
    assert raised.value.headline.startswith(headline)
    assert [words for words in shown if " ".join(words.split()) not in said] == []
    assert "=>  " in raised.value.columns


@pytest.mark.parametrize("program", [mistake[0] for mistake in MISTAKES])
def test_what_is_mended_passes(program: Variant) -> None:
    assert check(partial(program, mended=True), executions=60, steps_max=300).contended
