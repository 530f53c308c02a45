# SPDX-License-Identifier: GPL-2.0-only
"""Is whoever gets on no more found, as what it is, and every near miss let pass?"""

from collections.abc import Callable

import pytest

from harness import OsThreads, Scheduler
from harness.search.explore import every_behaviour, every_schedule
from tests.programs.progress import DEFECTS, KINDS, NEAR_MISSES

Program = Callable[[Scheduler], None]


@pytest.mark.parametrize("name", DEFECTS)
def test_a_defect_is_found_as_what_it_is(name: str, kinds_in: Callable[..., set[str]]) -> None:
    found = kinds_in(DEFECTS[name])
    assert found
    assert found <= KINDS[name]


@pytest.mark.parametrize("name", NEAR_MISSES)
def test_a_near_miss_is_let_pass(name: str, kinds_in: Callable[..., set[str]]) -> None:
    assert not kinds_in(NEAR_MISSES[name])


def test_there_are_enough_of_each() -> None:
    assert len(DEFECTS) >= 5
    assert len(NEAR_MISSES) >= 5
    assert KINDS.keys() == DEFECTS.keys()


@pytest.mark.parametrize(
    "program",
    [
        DEFECTS["looks_and_then_sleeps"],
        NEAR_MISSES["queues_and_then_looks"],
        DEFECTS["wakes_and_then_says"],
        DEFECTS["forgets_what_was_done"],
        NEAR_MISSES["sleeps_and_then_lets_go"],
    ],
)
def test_reduction_and_brute_force_agree(program: Program, carriers: OsThreads) -> None:
    by_force = every_schedule(program, carriers, executions_max=4000)
    reduced = every_behaviour(program, carriers)
    assert by_force.complete
    assert reduced.complete
    assert set(reduced.failures) == set(by_force.failures)
