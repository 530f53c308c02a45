# SPDX-License-Identifier: GPL-2.0-only
"""A finding is known by its symptom and the preemptions it needs, not those it was met in."""

import pytest

from harness import Failed, OsThreads
from stress.executions.single import Single, run_index
from stress.executions.target import Target
from stress.findings.example import Example, look_into
from stress.scenarios import SCENARIOS

TARGET = Target(bugs=("kick_without_request",))
SCENARIO = "inject_before_entry"


@pytest.fixture(scope="module")
def failing(pinned: OsThreads) -> Single:
    """Return an execution that fails."""
    for index in range(6_000):
        single = run_index(SCENARIOS[SCENARIO], 1, index, "random-walk", TARGET, pinned)
        if isinstance(single.execution.outcome, Failed):
            return single
    raise AssertionError("nothing found")


def looked_into(single: Single, pinned: OsThreads, replays_max: int) -> Example:
    return look_into(single, SCENARIO, TARGET, pinned, replays_max=replays_max)


def test_it_names_the_preemptions_that_shrinking_has_left(
    failing: Single, pinned: OsThreads
) -> None:
    example = looked_into(failing, pinned, 1_500)
    symptom, _, functions = example.identity.partition(", preempted in ")
    assert symptom == example.symptom == "I16 missed kick"
    assert len(functions.split(", ")) == example.after.preemptions > 0


@pytest.mark.parametrize("replays_max", [0, 5])
def test_it_is_the_symptom_alone_where_shrinking_came_to_no_end(
    failing: Single, pinned: OsThreads, replays_max: int
) -> None:
    example = looked_into(failing, pinned, replays_max)
    assert not example.complete
    assert example.after.preemptions > 0
    assert example.identity == example.symptom
