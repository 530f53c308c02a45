# SPDX-License-Identifier: GPL-2.0-only
"""Is a token judged on a kernel that lacks what it deviates at, and is nobody blamed by mistake?"""

from collections.abc import Callable
from dataclasses import replace

import pytest

from harness import Deviation, Label, OsThreads
from stress.executions import Target, Token, follow
from tests.fixtures.gallery import WRONG

MakeSmall = Callable[[str, OsThreads], Token]
NAME = "kick_without_request"


@pytest.fixture(scope="module")
def token(made_small: MakeSmall, pinned: OsThreads) -> Token:
    """Return one that fails because of its one preemption."""
    token = made_small(NAME, pinned)
    assert len(token.deviations) == 1
    return token


def looking(token: Token, **look: object) -> Token:
    """Return a token that was recorded where its deviation looked otherwise."""
    (deviation,) = token.deviations
    assert deviation.label is not None
    label = Label(**{**deviation.label._asdict(), **look})
    return replace(token, deviations=(deviation._replace(label=label),))


@pytest.mark.parametrize("name", WRONG)
def test_no_token_fails_on_the_correct_kernel_as_it_was_found_or_made_small(
    gallery: dict[str, Token], made_small: MakeSmall, pinned: OsThreads, name: str
) -> None:
    assert follow(gallery[name], Target(), pinned).failure is None
    shrunk = follow(made_small(name, pinned), Target(), pinned)
    assert (shrunk.failure, shrunk.no_verdict) == (None, "")


def test_one_of_another_number_fails_again_in_the_function_it_was_in(
    token: Token, pinned: OsThreads
) -> None:
    followed = follow(looking(token, nth=99), WRONG[NAME], pinned)
    assert followed.divergence
    assert (followed.no_verdict, followed.schedule) == ("", token.deviations)
    assert followed.failure is not None
    (moved,) = followed.moved
    assert (moved.now, moved.is_other) == (*token.deviations, False)
    mended = follow(looking(token, nth=99), Target(), pinned)
    assert (mended.no_verdict, mended.failure, len(mended.moved)) == ("", None, 1)


@pytest.mark.parametrize(
    "look", [{"function": "vgic_gone"}, {"lock_class": "gone", "kind": "read"}]
)
def test_one_before_another_operation_passes_and_never_fails(
    token: Token, pinned: OsThreads, look: dict[str, str]
) -> None:
    elsewhere = looking(token, **look)
    wrong, mended = follow(elsewhere, WRONG[NAME], pinned), follow(elsewhere, Target(), pinned)
    assert all(each.is_other for followed in (wrong, mended) for each in followed.moved)
    assert (mended.no_verdict, mended.failure, len(mended.moved)) == ("", None, 1)
    assert wrong.failure is None or "may be another race" in wrong.no_verdict


def test_what_fails_alike_without_the_one_that_is_lost_fails_again(
    made_small: MakeSmall, pinned: OsThreads
) -> None:
    """A choice that makes no difference may be lost."""
    token = made_small("no_splice", pinned)
    lost = Deviation("vcpu0", 1, "vcpu7", Label("read", "vgic_gone", "gone", 1))
    followed = follow(
        replace(token, deviations=(*token.deviations, lost)), WRONG["no_splice"], pinned
    )
    assert followed.failure is not None
    assert (followed.no_verdict, followed.moved) == ("", ())


def test_what_can_stand_nowhere_is_not_judged(token: Token, pinned: OsThreads) -> None:
    lost = looking(token, function="vgic_gone", kind="gone", lock_class="gone")
    for target in (WRONG[NAME], Target()):
        followed = follow(lost, target, pinned)
        assert followed.no_verdict.startswith("no place for the deviation of ")
        assert followed.moved == ()
