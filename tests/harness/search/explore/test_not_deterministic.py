# SPDX-License-Identifier: GPL-2.0-only
"""Does an exploration say so of a program that does something else under the same schedule?"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from itertools import count

import pytest

from harness import (
    Carriers,
    Cell,
    Exploration,
    NotDeterministic,
    OsThreads,
    Scheduler,
    every_behaviour,
    every_schedule,
)
from harness.engine.greenlets import Greenlets

KINDS: list[Callable[[], AbstractContextManager[Carriers]]] = [OsThreads, Greenlets]
WAYS: list[Callable[..., Exploration]] = [every_behaviour, every_schedule]


def program(begin: Iterator[int]) -> Callable[[Scheduler], None]:
    """Return a program of three threads that write in its execution 0, and else do nothing."""

    def program(scheduler: Scheduler) -> None:
        cell = Cell(scheduler, "cell", "0", 0)
        writes = 3 if next(begin) == 0 else 0

        def body() -> None:
            for _ in range(writes):
                cell.write(1)

        for number in range(3):
            scheduler.thread(f"t{number}", body)

    return program


@pytest.mark.parametrize("carriers", KINDS)
@pytest.mark.parametrize("explore", WAYS)
def test_a_program_that_counts_its_executions_is_told(
    explore: Callable[..., Exploration], carriers: Callable[[], AbstractContextManager[Carriers]]
) -> None:
    with carriers() as kind, pytest.raises(NotDeterministic, match="under the same schedule"):
        explore(program(count()), kind)


@pytest.mark.parametrize("carriers", KINDS)
@pytest.mark.parametrize("explore", WAYS)
def test_one_that_does_the_same_each_time_is_explored_to_its_end(
    explore: Callable[..., Exploration], carriers: Callable[[], AbstractContextManager[Carriers]]
) -> None:
    with carriers() as kind:
        assert explore(program(iter(lambda: 1, None)), kind).complete
