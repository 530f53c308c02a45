# SPDX-License-Identifier: GPL-2.0-only
"""Programs that spin: right ones, and for each one that goes wrong in the way of its kind."""

from harness import Atomic, Cell, LockOrder, Mutex, Scheduler, cpu_relax, wait_until


def tickets(scheduler: Scheduler, *, drawn_at_once: bool, threads: int = 2) -> None:
    """Ticket lock; wrong: the ticket is read and then written, so that two may draw the same."""
    next_ticket, serving = Atomic(scheduler, "next", "0"), Atomic(scheduler, "serving", "0")
    inside: list[str] = []

    def draw() -> int:
        if drawn_at_once:
            return next_ticket.fetch_add(1)
        mine = next_ticket.read()
        next_ticket.set(mine + 1)
        return mine

    def enter() -> None:
        mine = draw()
        while serving.read() != mine:
            cpu_relax(scheduler, "its turn")
        inside.append(scheduler.current.role)
        assert len(inside) == 1, f"inside at once: {inside}"
        serving.fetch_add(1)
        inside.pop()

    for number in range(threads):
        scheduler.thread(f"t{number}", enter)


def sequence(scheduler: Scheduler, *, waits_for_the_writer: bool) -> None:
    """Sequence counter; wrong: that an odd count means a writer inside is forgotten."""
    count = Cell(scheduler, "count", "0", 0)
    one, other = Cell(scheduler, "one", "0", 0), Cell(scheduler, "other", "0", 0)

    def write() -> None:
        count.write(1)
        one.write(1)
        other.write(1)
        count.write(2)

    def read() -> None:
        while True:
            before = count.read()
            if waits_for_the_writer and before % 2:
                cpu_relax(scheduler, "the writer to leave")
                continue
            pair = one.read(), other.read()
            if count.read() == before:
                break
        assert pair[0] == pair[1], f"torn: {pair}"

    scheduler.thread("reader", read)
    scheduler.thread("writer", write)


def handshake(scheduler: Scheduler, *, answers_first: bool) -> None:
    """Two greet each other; wrong: both wait to be greeted first."""
    mine, yours = Cell(scheduler, "greeted", "0", 0), Cell(scheduler, "greeted", "1", 0)

    def caller() -> None:
        if answers_first:
            yours.write(1)
        wait_until(scheduler, lambda: mine.read() == 1, "an answer")
        yours.write(1)

    def called() -> None:
        wait_until(scheduler, lambda: yours.read() == 1, "a greeting")
        mine.write(1)

    scheduler.thread("caller", caller)
    scheduler.thread("called", called)


def one_word(scheduler: Scheduler, *, released: bool) -> None:
    """A lock of one word; wrong: whoever has it never releases it."""
    word = Cell(scheduler, "word", "0", 0)

    def enter() -> None:
        while word.cmpxchg(0, 1) != 0:
            cpu_relax(scheduler, "the word")
        if released:
            word.store_release(0)

    for number in range(3):
        scheduler.thread(f"t{number}", enter)


def plain_flag(scheduler: Scheduler, *, set_: bool) -> None:
    """What is waited for is a plain attribute, written under a lock; wrong: nobody writes it."""
    order = LockOrder(scheduler)
    lock = Mutex(order, order.lock_class("flag"), "0")
    state = {"flag": False}

    def set_flag() -> None:
        with lock:
            state["flag"] = set_

    def is_set() -> bool:
        with lock:
            return state["flag"]

    def look() -> None:
        while not state["flag"]:
            cpu_relax(scheduler, "the flag")

    scheduler.thread("waiter", lambda: wait_until(scheduler, is_set, "the flag, under its lock"))
    scheduler.thread("looker", look)
    scheduler.thread("setter", set_flag)


def passing_moment(scheduler: Scheduler, *, stays: bool) -> None:
    """What is waited for holds; wrong: only for a moment, in which the waiter may not look."""
    word = Cell(scheduler, "word", "0", 0)

    def write() -> None:
        word.write(1)
        if not stays:
            word.write(2)

    def waits() -> None:
        wait_until(scheduler, lambda: word.read() == 1, "a one")

    scheduler.thread("waiter", waits)
    scheduler.thread("writer", write)
