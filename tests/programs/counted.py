# SPDX-License-Identifier: GPL-2.0-only
"""Programs whose number of behaviours is known, to count by.

Some are from the literature: the indexer and the file system of Flanagan, Godefroid: Dynamic
Partial-Order Reduction for Model Checking Software (POPL 2005), figures 2 and 4; lastzero and
readers of Abdulla, Aronsson, Jonsson, Sagonas: Optimal Dynamic Partial Order Reduction (POPL
2014), section 8, which also gives the counts of all four.
"""

from collections.abc import Callable

from harness import Cell, LockOrder, Scheduler, SpinLock
from tests.programs.example import Program


def writes(threads: int, times: int) -> Program:
    """Threads that write one cell: (threads * times)! / times!**threads behaviours."""

    def program(scheduler: Scheduler) -> None:
        cell = Cell(scheduler, "cell", "0", 0)

        def body() -> None:
            for value in range(times):
                cell.write(value)

        for index in range(threads):
            scheduler.thread(f"t{index}", body)

    return program


def own_cells(threads: int, times: int) -> Program:
    """Threads that each write a cell of their own: one behaviour."""

    def program(scheduler: Scheduler) -> None:
        def body_of(cell: Cell[int]) -> Callable[[], None]:
            def body() -> None:
                for value in range(times):
                    cell.write(value)

            return body

        for index in range(threads):
            scheduler.thread(f"t{index}", body_of(Cell(scheduler, "cell", str(index), 0)))

    return program


def sections(threads: int, times: int) -> Program:
    """Threads that count under a lock: as many behaviours as orders of their sections."""

    def program(scheduler: Scheduler) -> None:
        order = LockOrder(scheduler)
        lock = SpinLock(order, order.lock_class("lock"), "0")
        cell = Cell(scheduler, "cell", "0", 0)

        def body() -> None:
            for _ in range(times):
                with lock:
                    cell.write(cell.read() + 1)

        for index in range(threads):
            scheduler.thread(f"t{index}", body)

    return program


def readers(count: int) -> Program:
    """One writer and so many readers: 2**count behaviours."""

    def program(scheduler: Scheduler) -> None:
        cell = Cell(scheduler, "cell", "0", 0)

        def read() -> None:
            cell.read()

        scheduler.thread("writer", lambda: cell.write(1))
        for index in range(count):
            scheduler.thread(f"r{index}", read)

    return program


def last_zero(count: int) -> Program:
    """Each writer sets its cell from the one before; one thread looks for the last zero."""

    def program(scheduler: Scheduler) -> None:
        cells = [Cell(scheduler, "cell", str(i), 0) for i in range(count + 1)]

        def look() -> None:
            index = count
            while cells[index].read():
                index -= 1

        def body_of(index: int) -> Callable[[], None]:
            return lambda: cells[index].write(cells[index - 1].read() + 1)

        scheduler.thread("looks", look)
        for index in range(1, count + 1):
            scheduler.thread(f"w{index}", body_of(index))

    return program


def indexer(threads: int) -> Program:
    """Threads that put four words each into a hash table of 128; up to 11 never collide."""
    size, words = 128, 4

    def program(scheduler: Scheduler) -> None:
        table = [Cell(scheduler, "table", str(i), 0) for i in range(size)]

        def body_of(number: int) -> Callable[[], None]:
            def body() -> None:
                for count in range(1, words + 1):
                    word = count * 11 + number
                    place = word * 7 % size
                    while table[place].cmpxchg(0, word):
                        place = (place + 1) % size

            return body

        for number in range(threads):
            scheduler.thread(f"t{number}", body_of(number))

    return program


def file_system(threads: int) -> Program:
    """Threads that find a block for an inode, under locks; up to 13 never meet."""
    blocks, inodes = 26, 32

    def program(scheduler: Scheduler) -> None:
        order = LockOrder(scheduler, checking=False)
        inode_class, block_class = order.lock_class("inode"), order.lock_class("block")
        inode_locks = [SpinLock(order, inode_class, str(i)) for i in range(inodes)]
        block_locks = [SpinLock(order, block_class, str(i)) for i in range(blocks)]
        block_of: dict[int, int] = {}

        def body_of(number: int) -> Callable[[], None]:
            def body() -> None:
                inode = number % inodes
                block = inode * 2 % blocks
                with inode_locks[inode]:
                    while inode not in block_of:
                        with block_locks[block]:
                            if block not in block_of.values():
                                block_of[inode] = block
                        block = (block + 1) % blocks

            return body

        for number in range(threads):
            scheduler.thread(f"t{number}", body_of(number))

    return program
