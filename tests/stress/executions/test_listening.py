# SPDX-License-Identifier: GPL-2.0-only
"""Does an execution come out alike whether anybody listens to what it touches?"""

import pytest

from harness import OsThreads, Passed
from stress.executions.single import run_index
from stress.executions.target import Target
from stress.inputs import Points
from stress.scenarios import SCENARIOS

FREED = ("messages_redirected", "lpis_disabled_from_beside", "closed_while_injecting")
"""Scenarios in which interrupts are freed: their accesses are watched for more than one reason."""


@pytest.mark.parametrize("points", Points)
@pytest.mark.parametrize("name", FREED)
def test_who_listens_makes_no_access_of_a_judge_one_of_the_kernel(
    name: str, points: Points, pinned: OsThreads
) -> None:
    target = Target().checking(races=True, points=points)
    for index in range(4):
        heard, unheard = (
            run_index(SCENARIOS[name], 5, index, "mix", target, pinned, listening=listening)
            for listening in (True, False)
        )
        assert heard.execution.outcome == Passed()
        assert heard.execution.digest == unheard.execution.digest
