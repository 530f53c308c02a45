# SPDX-License-Identifier: GPL-2.0-only
"""Does an execution depend on its seed alone, whatever ran before it and wherever it runs?"""

import os
import subprocess
import sys
from collections.abc import Callable

import pytest

from harness import (
    Cell,
    Deviation,
    Execution,
    HarnessBug,
    LockOrder,
    OsThreads,
    Scheduler,
    SpinLock,
    Stream,
    execute,
)
from harness.schedule.replay import StrictReplay
from harness.search.strategies import STRATEGIES

Program = Callable[[Scheduler], None]
Run = Callable[..., Execution]
Readers = Callable[..., Program]

SCRIPT = """
import sys
from harness import Cell, LockOrder, OsThreads, Requests, SpinLock, Stream, execute
from harness.search.strategies import STRATEGIES

def program(scheduler):
    order = LockOrder(scheduler)
    lock = SpinLock(order, order.lock_class("lock"), "0")
    cell, requests = Cell(scheduler, "cell", "0", 0), Requests(scheduler, "0")
    def body():
        for i in range(5):
            with lock:
                cell.write(cell.read() + 1)
            requests.make(i)
        scheduler.note({"a", "b"} == {"b", "a"}, cell.read())
    for role in ("vcpu0", "vcpu1", "dev0"):
        scheduler.thread(role, body)

with OsThreads() as carriers:
    for name, strategy in STRATEGIES.items():
        for execution in range(3):
            stream = Stream(11, "hash seed", execution, "schedule")
            digest = execute(program, strategy(stream, 60), carriers).digest
            sys.stdout.write(f"{name} {execution} {digest}\\n")
"""


def locked_counter(scheduler: Scheduler) -> None:
    """Three threads add to a cell, each under the lock and once without it."""
    order = LockOrder(scheduler)
    lock = SpinLock(order, order.lock_class("lock"), "0")
    cell = Cell(scheduler, "cell", "0", 0)

    def body() -> None:
        with lock:
            cell.write(cell.read() + 1)
        scheduler.note("saw", cell.read())

    for role in "abc":
        scheduler.thread(role, body)


def fails(scheduler: Scheduler) -> None:
    """Everybody is inside something when c divides by nothing."""
    locked_counter(scheduler)
    scheduler.thread("d", lambda: scheduler.note(1 // 0))


def takes_locks_crosswise(scheduler: Scheduler) -> None:
    order = LockOrder(scheduler)
    one = SpinLock(order, order.lock_class("one"), "0")
    two = SpinLock(order, order.lock_class("two"), "0")

    def body() -> None:
        with one, two:
            pass
        with two, one:
            pass

    scheduler.thread("a", body)


class BreaksAtTheEnd(StrictReplay):
    """Follows the quiet default and then picks a thread that is not there."""

    def __init__(self) -> None:
        super().__init__([])

    def pick(self, step: int, me: object, options: object) -> int:
        return 0 if step < 4 else 99


def digests(carriers: OsThreads) -> list[str]:
    return [
        execute(locked_counter, strategy(Stream("same", name), 20), carriers).digest
        for name, strategy in STRATEGIES.items()
    ]


def test_an_execution_again_is_the_same_execution(carriers: OsThreads) -> None:
    assert digests(carriers) == digests(carriers)


def test_other_labels_give_other_executions(run: Run) -> None:
    strategy = STRATEGIES["random-walk"]
    seen = {run(locked_counter, strategy(Stream("seed", i), 20)).digest for i in range(10)}
    assert len(seen) > 5


def test_what_ran_before_on_the_same_pool_changes_nothing(
    carriers: OsThreads, run: Run, readers: Readers
) -> None:
    with OsThreads(pinned=False) as fresh:
        expected = digests(fresh)
    run(readers(a=30, b=30, c=30, d=30, e=30), STRATEGIES["random-walk"](Stream("x"), 90))
    assert digests(carriers) == expected
    run(fails, STRATEGIES["burst"](Stream("y"), 20))
    assert digests(carriers) == expected
    run(takes_locks_crosswise)
    assert digests(carriers) == expected
    run(locked_counter, StrictReplay([Deviation("a", 2, "nobody")]))
    assert digests(carriers) == expected
    with pytest.raises(HarnessBug):
        run(locked_counter, BreaksAtTheEnd())
    assert digests(carriers) == expected


def test_lock_orders_are_not_remembered_from_one_execution_to_the_next(run: Run) -> None:
    def program(first: str) -> Program:
        def takes_two(scheduler: Scheduler) -> None:
            order = LockOrder(scheduler)
            locks = {name: SpinLock(order, order.lock_class(name), "0") for name in ("a", "b")}
            outer = locks.pop(first)
            (inner,) = locks.values()

            def body() -> None:
                with outer, inner:
                    pass

            scheduler.thread("t", body)

        return takes_two

    # One order here and the other order there: each is fine by itself.
    assert run(program("a")).outcome == run(program("b")).outcome


def test_the_hash_seed_of_the_process_changes_nothing() -> None:
    told = []
    for hash_seed in ("1", "4711"):
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        told.append(done.stdout)
    assert told[0].count("\n") == 3 * len(STRATEGIES)
    assert told[0] == told[1]
