# SPDX-License-Identifier: GPL-2.0-only
"""Is an exploration refused whose executions come out otherwise the next time, and no other?"""

from collections.abc import Iterator
from itertools import count

import pytest

from harness import Cell, HarnessBug, OsThreads, Scheduler
from harness.search.explore import every_behaviour
from stress.spaces.sample import Sample


@pytest.fixture
def carriers() -> Iterator[OsThreads]:
    with OsThreads(pinned=False) as carriers:
        yield carriers


def explored(carriers: OsThreads, extra: Iterator[int]) -> None:
    """Explore two threads that read a cell; one of them so many more times."""

    def program(scheduler: Scheduler) -> None:
        cell = Cell(scheduler, "cell", "0", 0)

        def body() -> None:
            for _ in range(1 + next(extra)):
                cell.read()

        for number in range(2):
            scheduler.thread(f"t{number}", body)

    sample = Sample()
    assert every_behaviour(program, carriers, heard=sample.heard).complete
    sample.must_come_out_alike(program, carriers)


def test_the_same_again_is_as_it_should_be(carriers: OsThreads) -> None:
    explored(carriers, iter(lambda: 0, None))


def test_what_changes_after_the_exploration_is_told(carriers: OsThreads) -> None:
    calls = count()
    with pytest.raises(HarnessBug, match="nondeterminism: an explored schedule gave passed"):
        explored(carriers, iter(lambda: int(next(calls) > 2), None))
