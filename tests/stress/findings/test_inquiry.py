# SPDX-License-Identifier: GPL-2.0-only
"""A finding is known by its symptom and the preemptions it needs, not those it was met in."""

import pytest

from harness import Failed, HarnessBug, OsThreads
from stress.executions.single import Single, run_index
from stress.executions.target import Target
from stress.executions.token import Token
from stress.findings.example import Example, look_into
from stress.findings.inquiry import Answer, Inquiry, inquire
from stress.scenarios import SCENARIOS

TARGET = Target(bugs=("kick_without_request",))
SCENARIO = "inject_before_entry"


@pytest.fixture(scope="module")
def failing(pinned: OsThreads) -> tuple[int, Single]:
    """Return the first execution that fails, and its index."""
    for index in range(6_000):
        single = run_index(SCENARIOS[SCENARIO], 1, index, "random-walk", TARGET, pinned)
        if isinstance(single.execution.outcome, Failed):
            return index, single
    raise AssertionError("nothing found")


def looked_into(single: Single, pinned: OsThreads, replays_max: int) -> Example:
    return look_into(single, SCENARIO, TARGET, pinned, replays_max=replays_max)


def test_it_names_the_preemptions_that_shrinking_has_left(
    failing: tuple[int, Single], pinned: OsThreads
) -> None:
    example = looked_into(failing[1], pinned, 1_500)
    symptom, _, functions = example.identity.partition(", preempted in ")
    assert symptom == example.symptom == "I16 missed kick"
    assert len(functions.split(", ")) == example.after.preemptions > 0


@pytest.mark.parametrize("replays_max", [0, 5])
def test_it_is_the_symptom_alone_where_shrinking_came_to_no_end(
    failing: tuple[int, Single], pinned: OsThreads, replays_max: int
) -> None:
    example = looked_into(failing[1], pinned, replays_max)
    assert not example.complete
    assert example.after.preemptions > 0
    assert example.identity == example.symptom


def only_confirmed(index: int, pinned: OsThreads, said: list[Answer]) -> Answer:
    """Inquire into an execution without shrinking it or showing it."""
    inquiry = Inquiry(-1, TARGET, 1, "random-walk", ((SCENARIO, index),), 1_500, explained=False)
    return inquire(inquiry, pinned, said.append)


def test_what_is_not_to_be_explained_is_confirmed_and_left_as_it_was_found(
    failing: tuple[int, Single], pinned: OsThreads
) -> None:
    said: list[Answer] = []
    index, single = failing
    answer = only_confirmed(index, pinned, said)
    example, outcome = answer.example, single.execution.outcome
    assert isinstance(outcome, Failed)
    assert (answer.last, said) == (True, [])
    assert example.symptom == example.identity == outcome.failure.signature
    assert example.token == example.original
    assert Token.decode(example.token).digest == single.execution.digest
    assert (example.replays, example.mends, example.timeline) == (0, (), "[]")
    assert example.columns.splitlines()[0] == outcome.failure.message


def test_what_does_not_fail_cannot_be_confirmed_however_little_is_asked(
    failing: tuple[int, Single], pinned: OsThreads
) -> None:
    index, _ = failing
    assert index > 0
    with pytest.raises(HarnessBug, match="does not fail again"):
        only_confirmed(index - 1, pinned, [])
