# SPDX-License-Identifier: GPL-2.0-only
"""Is every defect of the examples found, as the right kind, and every near miss let pass?"""

from collections.abc import Callable

import pytest

from harness import Execution, Failed, OsThreads, Scheduler
from harness.schedule.replay import StrictReplay
from harness.search.explore import every_behaviour, every_schedule
from tests.programs.lifetime import DEFECTS, KINDS, NEAR_MISSES

Run = Callable[..., Execution]
Program = Callable[[Scheduler], None]


@pytest.mark.parametrize("name", DEFECTS)
def test_a_defect_is_found_as_what_it_is(name: str, kinds_in: Callable[..., set[str]]) -> None:
    found = kinds_in(DEFECTS[name])
    assert found
    assert found <= KINDS[name]


@pytest.mark.parametrize("name", NEAR_MISSES)
def test_a_near_miss_is_let_pass(name: str, kinds_in: Callable[..., set[str]]) -> None:
    assert not kinds_in(NEAR_MISSES[name])


@pytest.mark.parametrize("name", DEFECTS)
def test_no_defect_shows_where_nobody_is_preempted(name: str, run: Run) -> None:
    assert not isinstance(run(DEFECTS[name]).outcome, Failed)


def test_there_are_enough_of_each() -> None:
    assert len(DEFECTS) >= 5
    assert len(NEAR_MISSES) >= 5
    assert KINDS.keys() == DEFECTS.keys()


@pytest.mark.parametrize("name", ["closed_twice", "loser_forgets_its_own", "taken_from_zero"])
def test_a_defect_replays_with_the_same_digest(name: str, carriers: OsThreads, run: Run) -> None:
    program = DEFECTS[name]
    found = every_schedule(program, carriers, preemptions=1, executions_max=500)
    assert found.failures
    for failure in found.failures.values():
        assert run(program, StrictReplay(failure.schedule)).digest == failure.first.digest


@pytest.mark.parametrize(
    "program", [DEFECTS["closed_twice"], NEAR_MISSES["closed_once"], DEFECTS["taken_from_zero"],
                NEAR_MISSES["taken_unless_zero"], DEFECTS["loser_forgets_its_own"]]
)  # fmt: skip
def test_reduction_and_brute_force_agree(program: Program, carriers: OsThreads) -> None:
    by_force = every_schedule(program, carriers, executions_max=4000)
    reduced = every_behaviour(program, carriers)
    assert by_force.complete
    assert reduced.complete
    assert set(reduced.failures) == set(by_force.failures)
