# SPDX-License-Identifier: GPL-2.0-only
"""Does a spinning thread see what no operation stands for: that a thread ended, a barrier broke?"""

from collections.abc import Callable
from functools import partial
from threading import BrokenBarrierError

import pytest

from harness import (
    Barrier,
    Cell,
    Event,
    OsThreads,
    Scheduler,
    cpu_relax,
    every_behaviour,
    some_schedules,
    start_thread,
)

Program = Callable[[Scheduler], None]


def until_it_has_ended(scheduler: Scheduler, *, ends: bool = True) -> None:
    word = Cell(scheduler, "word", "0", 0)

    def works() -> None:
        while not ends and not word.read():
            cpu_relax(scheduler, "a word that nobody writes")

    def main() -> None:
        worker = start_thread(scheduler, "worker", works)
        while worker.is_alive():
            cpu_relax(scheduler, "the worker to end")

    scheduler.thread("main", main)


def until_it_breaks(scheduler: Scheduler, *, action_raises: bool = True) -> None:
    """The last to come is away from the barrier between its coming and its breaking it."""
    event = Event(scheduler, "0")

    def action() -> None:
        event.is_set()
        if action_raises:
            raise BrokenBarrierError

    barrier = Barrier(scheduler, "0", 1, action)

    def comes() -> None:
        try:
            barrier.wait()
        except BrokenBarrierError:
            return

    def looks() -> None:
        while not barrier.broken:
            cpu_relax(scheduler, "the barrier to break")

    scheduler.thread("looks", looks)
    scheduler.thread("comes", comes)


@pytest.mark.parametrize("program", [until_it_has_ended, until_it_breaks])
def test_who_spins_until_it_is_over_goes_on(pinned: OsThreads, program: Program) -> None:
    assert not some_schedules(program, pinned, executions=60).failures
    explored = every_behaviour(program, pinned)
    assert explored.passed, explored.failures


@pytest.mark.parametrize(
    "program",
    [partial(until_it_has_ended, ends=False), partial(until_it_breaks, action_raises=False)],
    ids=["ends", "breaks"],
)
def test_what_never_comes_is_a_livelock(pinned: OsThreads, program: Program) -> None:
    found = every_behaviour(program, pinned).failures
    assert {signature.split()[0] for signature in found} == {"livelock"}
