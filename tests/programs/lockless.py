# SPDX-License-Identifier: GPL-2.0-only
"""Without locks: orders of single accesses that nobody thought of."""

from harness import Atomic, Cell, Scheduler
from tests.programs.example import wrong


def depth_three(scheduler: Scheduler, *, fixed: bool) -> None:
    """Program c: three threads have to meet at three places, each at a bad moment for it."""
    state, flag = Cell(scheduler, "state", "0", 0), Cell(scheduler, "flag", "0", 0)
    own = [Cell(scheduler, "own", str(i), 0) for i in range(3)]

    def sets() -> None:
        for _ in range(8):
            own[0].read()
        if not fixed:
            state.write(1)
        state.write(2)

    def relays() -> None:
        own[1].read()
        if state.read() == 1:
            flag.write(1)

    def looks() -> None:
        for _ in range(2):
            own[2].read()
        if flag.read() == 1:
            wrong(scheduler, "flag seen", "the short-lived state got through")

    scheduler.thread("a", sets)
    scheduler.thread("b", relays)
    scheduler.thread("c", looks)


def half_done(scheduler: Scheduler, *, fixed: bool) -> None:
    """Two words are to change together: one was read before the change, one after."""
    words = [Cell(scheduler, "word", str(i), 0) for i in range(2)]
    generation = Cell(scheduler, "generation", "0", 0)

    def change() -> None:
        generation.write(1)
        for word in words:
            word.write(1)
        generation.write(2)

    def look() -> None:
        before = generation.read()
        seen = [word.read() for word in words]
        torn = seen[0] != seen[1]
        if fixed:
            torn = torn and before != 1 and generation.read() == before
        if torn:
            wrong(scheduler, "half done", "one word is old, the other one new")

    scheduler.thread("writer", change)
    scheduler.thread("reader", look)


def work_stealing(scheduler: Scheduler, *, fixed: bool) -> None:
    """The owner takes the last item of its queue without asking the thief."""
    items = 2
    top, bottom = Cell(scheduler, "top", "0", 0), Cell(scheduler, "bottom", "0", items)
    taken = [Atomic(scheduler, "taken", str(i)) for i in range(items)]

    def take(item: int) -> None:
        if taken[item].fetch_add(1):
            wrong(scheduler, "taken twice", "the owner and the thief have the same item")

    def owner() -> None:
        for _ in range(items):
            last = bottom.read() - 1
            bottom.write(last)
            first = top.read()
            if first < last:
                take(last)
                continue
            if first == last:
                mine = True
                if fixed:
                    mine = top.cmpxchg(first, first + 1) == first
                else:
                    top.write(first + 1)
                if mine:
                    take(last)
            bottom.write(last + 1)
            return

    def thief() -> None:
        first = top.read()
        if first < bottom.read() and top.cmpxchg(first, first + 1) == first:
            take(first)

    scheduler.thread("owner", owner)
    scheduler.thread("thief", thief)


def same_head_again(scheduler: Scheduler, *, fixed: bool) -> None:
    """A stack popped by compare-and-swap: the head is the same one again, its next is not.

    The stack is a over b over c. The other thread pops two and pushes the first back.
    """
    following = {name: Cell(scheduler, "next", name, below) for name, below in ("ab", "bc", "c-")}
    head = Cell(scheduler, "head", "0", ("a", 0))
    gone = Cell(scheduler, "gone", "b", False)

    def pop() -> str:
        while True:
            top, tag = seen = head.read()
            if top == "-":
                return top
            below = following[top].read()
            if head.cmpxchg(seen, (below, tag + fixed)) == seen:
                return top

    def push(name: str) -> None:
        while True:
            top, tag = seen = head.read()
            following[name].write(top)
            if head.cmpxchg(seen, (name, tag + fixed)) == seen:
                return

    def pops_and_looks() -> None:
        pop()
        if head.read()[0] == "b" and gone.read():
            wrong(scheduler, "head gone", "the head of the stack is an entry that was popped")

    def pops_two_and_pushes_one() -> None:
        first, second = pop(), pop()
        if second == "b":
            gone.write(True)
        push(first)

    scheduler.thread("one", pops_and_looks)
    scheduler.thread("other", pops_two_and_pushes_one)
