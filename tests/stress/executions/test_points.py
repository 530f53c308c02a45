# SPDX-License-Identifier: GPL-2.0-only
"""Is an execution with all points the same everywhere, and its token one that says so?"""

from dataclasses import replace

import pytest

from harness import Failed, OsThreads, Streams
from harness.engine.greenlets import Greenlets
from harness.schedule import packed, unpacked
from harness.search.strategies import STRATEGIES
from stress.executions import (
    BadToken,
    Single,
    Target,
    Token,
    UnknownVersion,
    confirm,
    follow,
    run,
    run_index,
)
from stress.inputs import Points
from stress.replaying.opening import cases
from stress.scenarios import SCENARIOS
from vgic import Irq, Parameters
from vgic.accesses import ACTIVE, Access
from vgic.data import EDGE, FIRST_SPI, Program, Pulse

BUG = "canary_of_points"
ALL = Target(bugs=(BUG,), points=Points.ALL)
SCENARIO = SCENARIOS["one_reroute"]


@pytest.fixture(scope="module")
def failed(pinned: OsThreads) -> Single:
    """An execution that fails only with all points."""
    for index in range(240):
        single = run_index(SCENARIO, 7, index, "mix", ALL, pinned)
        if isinstance(single.execution.outcome, Failed):
            return single
    pytest.fail("not found")


@pytest.fixture(scope="module")
def token(failed: Single, pinned: OsThreads) -> Token:
    return confirm(failed, SCENARIO.name, ALL, pinned)[0]


@pytest.mark.parametrize("strategy", ["pct", "conflicts"])
def test_all_points_give_the_same_on_every_carrier_checked_or_not(
    pinned: OsThreads, strategy: str
) -> None:
    targets = [Target(bugs=(BUG,), points=points) for points in Points]
    with Greenlets() as greenlets:
        for index in range(3):
            standard, all_ = (
                run_index(SCENARIO, 3, index, strategy, target, pinned).execution
                for target in targets
            )
            again = run_index(SCENARIO, 3, index, strategy, targets[1], greenlets).execution
            assert all_.digest == again.digest
            assert all_.digest != standard.digest


def test_who_reads_what_changes_is_told_either_and_the_check_for_races_changes_nothing(
    pinned: OsThreads,
) -> None:
    """A guest that reads GICD_ISACTIVER takes no lock: the one plain read of the reference."""
    guests = (
        Program.spelled("m", (0,), (Access(ACTIVE, FIRST_SPI),)),
        Program.spelled("m", (0,), (Access(ACTIVE, FIRST_SPI),)),
    )
    pulses = (Pulse(FIRST_SPI, level=True, pause=0),)
    machine = Parameters(1, (Irq(FIRST_SPI, EDGE, 0x80, 0),), guests, (pulses,))
    for number in range(30):
        digests = set()
        for races in (True, False):
            strategy = STRATEGIES["random-walk"](Streams(1, "reads", number).stream("schedule"), 80)
            target = Target(races=races, points=Points.ALL)
            execution = run(machine, target, strategy, pinned).execution
            assert not isinstance(execution.outcome, Failed), execution
            assert "plain_read active[" in " ".join(map(str, execution.trace))
            digests.add(execution.digest)
        assert len(digests) == 1


def test_a_token_of_all_points_says_so_and_replays_without_being_told(
    token: Token, pinned: OsThreads
) -> None:
    text = token.encode()
    assert text.startswith("vs3-")
    assert Token.decode(text) == token
    (case,) = cases([Token.decode(text)], None, None)
    assert case.target.points is Points.ALL
    followed = follow(token, case.target, pinned, strict=True)
    assert not followed.divergence
    assert followed.execution.digest == token.digest
    assert followed.failure is not None
    (mended,) = cases([token], "reference", ())
    assert mended.target.points is Points.ALL
    assert follow(token, mended.target, pinned).failure is None


def test_a_token_of_standard_points_is_what_it_was(token: Token) -> None:
    standard = replace(token, points=Points.STANDARD)
    text = standard.encode()
    version, values = unpacked(text, ["vs2"])
    assert version == "vs2"
    assert "points" not in values
    (case,) = cases([Token.decode(text)], None, None)
    assert case.target.points is Points.STANDARD


def test_a_release_before_all_points_refuses_the_token(token: Token) -> None:
    with pytest.raises(UnknownVersion, match="vs3"):
        unpacked(token.encode(), ["vs1", "vs2"])


@pytest.mark.parametrize(
    ("version", "change"),
    [
        ("vs2", {"points": "all"}),
        ("vs3", {"points": "some"}),
        ("vs3", {"points": ["all"]}),
        ("vs3", {"points": None}),
    ],
)
def test_what_a_token_says_of_points_is_not_guessed(
    token: Token, version: str, change: dict[str, object]
) -> None:
    _, values = unpacked(token.encode(), ["vs3"])
    with pytest.raises(BadToken, match="damaged"):
        Token.decode(packed(version, values | change))
    del values["points"]
    with pytest.raises(BadToken, match="damaged"):
        Token.decode(packed("vs3", values))
