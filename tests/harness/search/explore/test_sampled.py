# SPDX-License-Identifier: GPL-2.0-only
"""Are some schedules as many as were asked for, the same each time, and never called complete?"""

import pytest

from harness import OsThreads, some_schedules
from tests.programs.lifetime import DEFECTS, NEAR_MISSES


@pytest.mark.parametrize("strategy", [None, "pct"])
def test_a_seed_says_what_is_run(strategy: str | None, carriers: OsThreads) -> None:
    def digests(executions: int) -> list[str]:
        seen: list[str] = []
        some_schedules(
            DEFECTS["closed_twice"],
            carriers,
            executions=executions,
            strategy=strategy,
            heard=lambda execution: seen.append(execution.digest),
        )
        return seen

    assert len(digests(12)) == 12
    assert digests(12)[:5] == digests(5)


def test_what_was_found_is_told_by_signature(carriers: OsThreads) -> None:
    found = some_schedules(DEFECTS["closed_twice"], carriers, executions=60)
    assert list(found.failures) == ["double free in close, close on session"]
    assert found.executions == 60


def test_to_have_found_nothing_is_not_to_be_complete(carriers: OsThreads) -> None:
    found = some_schedules(NEAR_MISSES["closed_once"], carriers, executions=20)
    assert not found.failures
    assert not found.complete
    assert not found.passed


def test_there_has_to_be_such_a_strategy(carriers: OsThreads) -> None:
    with pytest.raises(KeyError):
        some_schedules(NEAR_MISSES["closed_once"], carriers, strategy="luck")
