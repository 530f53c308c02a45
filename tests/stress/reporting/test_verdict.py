# SPDX-License-Identifier: GPL-2.0-only
"""Is a verdict what several results come to, and is nothing short of complete ever a pass?"""

from dataclasses import replace
from typing import Any

import pytest

from harness import Execution, Exploration, Failed, Failure, Passed, Streams
from harness.search.explore import Found
from stress.campaign.result import Result
from stress.executions.following import Followed
from stress.executions.token import Token
from stress.reporting.verdict import not_judged, of_campaign, of_exploration, of_replay
from stress.scenarios import SCENARIOS
from stress.system.exit_codes import Exit

PASSED = Execution(Passed(), 7, (), [])
FAILED = replace(PASSED, outcome=Failed(Failure("I13 lost", "spi 33 is lost")))
EVERYTHING: dict[str, Any] = {
    "bugs": ["a worker died"],
    "findings": {"I13 lost": None},
    "interrupted": True,
}


def test_of_what_a_campaign_came_to_the_worst_is_its_verdict() -> None:
    codes = []
    for gone in range(len(EVERYTHING) + 1):
        fields = dict(list(EVERYTHING.items())[gone:])
        codes.append(of_campaign(Result(executions=5, **fields), ["nothing was selected"]).code)
    assert codes == [Exit.HARNESS_BUG, Exit.FINDINGS, Exit.INTERRUPTED, Exit.TOO_FEW]
    assert of_campaign(Result(executions=5), []).headline == "SUCCESS: no finding in 5 executions"


@pytest.mark.parametrize("interrupted", [False, True])
def test_an_exploration_that_is_complete_has_passed_or_failed(interrupted: bool) -> None:
    found = Exploration(complete=True)
    assert of_exploration(found, interrupted=interrupted).code is Exit.CLEAN
    found.failures["I13 lost"] = Found(FAILED, 1)
    assert of_exploration(found, interrupted=interrupted).code is Exit.FINDINGS
    assert of_exploration(found, interrupted=interrupted).words == "1 way to fail"


def test_an_exploration_that_is_not_is_no_pass() -> None:
    found = Exploration()
    assert of_exploration(found, interrupted=False).code is Exit.TOO_FEW
    assert of_exploration(found, interrupted=True).code is Exit.INTERRUPTED
    for interrupted in (False, True):
        assert of_exploration(found, interrupted=interrupted).words.endswith("not a pass")


@pytest.fixture
def token() -> Token:
    parameters = SCENARIOS["one_interrupt"].draw(Streams(1, "one_interrupt", 0))
    return Token("one_interrupt", parameters, "reference", (), None, (), "I13 lost", "f" * 16, "m")


def test_a_replay_passes_fails_again_or_cannot_be_judged(token: Token) -> None:
    again = of_replay(Followed(FAILED, "", (), ""), token)
    assert (again.code, again.words.partition("\n")[0]) == (Exit.FINDINGS, "I13 lost")
    assert again.words.endswith("(another digest)")
    same = replace(token, digest=FAILED.digest)
    assert of_replay(Followed(FAILED, "", (), ""), same).words.endswith("(same digest)")
    passed = of_replay(Followed(PASSED, "at step 3", (), ""), token)
    assert passed.code is Exit.CLEAN
    assert passed.words.startswith("passed: replayed re-anchored, 7 steps")
    other = of_replay(Followed(FAILED, "", (), "it fails differently"), token)
    assert other.code is Exit.CANNOT_JUDGE
    assert other.words.endswith("\n" + not_judged("it fails differently").words)


def test_without_a_file_that_was_asked_for_only_a_pass_is_none(token: Token) -> None:
    for followed in (Followed(FAILED, "", (), ""), Followed(PASSED, "", (), "no place")):
        ended = of_replay(followed, token)
        assert ended.without("--timeline") == ended
    ended = of_replay(Followed(PASSED, "", (), ""), token).without("--timeline")
    assert (ended.code, ended.words) == (Exit.USAGE, "--timeline cannot be written")
