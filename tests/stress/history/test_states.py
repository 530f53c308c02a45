# SPDX-License-Identifier: GPL-2.0-only
"""Is the state of a finding what the nights have shown, and what somebody has said of it?"""

from datetime import date

import pytest

from stress.history import FindingRecord, Mark, NightRecord, Replayed, state_of
from tests.stress.history.records import at_of, finding, name_of, night, replayed, sighting

NIGHTS = [night(1), night(2), night(3)]
TODAY = date(2026, 2, 10)


def state(
    record: FindingRecord, mark: Mark | None = None, nights: list[NightRecord] = NIGHTS
) -> str:
    return state_of(record, mark, nights, TODAY)


def mark(state: str, until: str = "", at: str = at_of(3)) -> Mark:
    return Mark(state, "we know", until, at)


def replays(*outcomes: tuple[int, str]) -> tuple[Replayed, ...]:
    return tuple(replayed(number, outcome) for number, outcome in outcomes)


@pytest.mark.parametrize(
    ("expected", "seen", "outcomes"),
    [
        ("new", [3], []),
        ("known", [2], []),
        ("known", [1, 3], []),
        ("known", [1], [(2, "fails")]),
        ("fixed", [1], [(2, "passes")]),
        ("fixed", [1], [(2, "passes"), (3, "passes")]),
        # Its token passes, but the search has met it in another way.
        ("known", [1, 2], [(2, "passes")]),
        ("known", [1, 3], [(2, "fails"), (3, "passes")]),
        ("regressed", [1, 3], [(2, "passes")]),
        ("regressed", [1, 3], [(2, "passes"), (3, "passes")]),
        ("regressed", [1], [(2, "passes"), (3, "fails")]),
        # It came back before the last night: that is no news any more.
        ("known", [0, 2], [(1, "passes")]),
        ("known", [0, 2, 3], [(1, "passes")]),
        # It came back, and has been fixed again.
        ("fixed", [0, 2], [(1, "passes"), (3, "passes")]),
        ("invalid", [1], [(2, "cannot be judged")]),
        ("known", [1, 2], [(2, "cannot be judged")]),
        ("known", [1, 3], [(2, "cannot be judged")]),
        ("fixed", [1], [(2, "cannot be judged"), (3, "passes")]),
        # What was fixed is not judged anew by a model that cannot read its token.
        ("fixed", [1], [(2, "passes"), (3, "cannot be judged")]),
        ("known", [], []),
    ],
)
def test_by_what_was_shown(expected: str, seen: list[int], outcomes: list[tuple[int, str]]) -> None:
    assert state(finding(*seen, replays=replays(*outcomes))) == expected


def test_what_a_killed_night_has_filed_is_new() -> None:
    assert state(finding(4)) == "new"


@pytest.mark.parametrize("killed", [2, 3])
def test_it_is_so_until_a_night_has_come_to_its_morning(killed: int) -> None:
    """Whoever reads the first one after it has been told of it by none before."""
    nights = [night(1), night(4), night(5)]
    for seen in ([killed], [killed, 4]):
        assert state(finding(*seen), nights=nights[:2]) == "new"
        assert state(finding(*seen), nights=nights) == "known"
    assert state(finding(1, killed), nights=nights[:2]) == "known"
    fixed = finding(0, killed, replays=replays((1, "passes")))
    assert state(fixed, nights=nights[:2]) == "regressed"
    assert state(fixed, nights=nights) == "known"


def test_a_clock_that_jumps_changes_no_order() -> None:
    late = sighting(2, at="2031-01-01T00:00:00+00:00")
    assert state(finding(1, late, replays=replays((3, "passes")))) == "fixed"
    early = sighting(3, at="1970-01-01T00:00:00+00:00")
    assert state(finding(1, early, replays=replays((2, "passes")))) == "regressed"


@pytest.mark.parametrize("part", ["a", "b"])
def test_parts_of_one_night_are_one_night(part: str) -> None:
    parts = [night(2, "a", shard=(1, 2)), night(2, "b", shard=(2, 2))]
    seen = sighting(2, part)
    assert state(finding(seen), nights=[night(1), *parts]) == "new"
    # The token passes in one part, and the other part has met it.
    other = replayed(2, "passes", "b" if part == "a" else "a")
    assert state(finding(1, seen, replays=(other,)), nights=[night(1), *parts]) == "known"


def test_two_nights_of_one_number_are_two() -> None:
    nights = [night(2, "a"), night(2, "b")]
    assert state(finding(sighting(2, "a")), nights=nights) == "known"
    assert state(finding(sighting(2, "b")), nights=nights) == "new"


def test_the_same_part_again_is_another_night() -> None:
    nights = [night(1, shard=(1, 2)), night(2, shard=(1, 2))]
    assert state(finding(1), nights=nights) == "known"
    assert state(finding(2), nights=nights) == "new"


def test_a_mark_holds_to_its_last_day() -> None:
    assert state(finding(3), mark("known", "2026-02-10")) == "known"
    assert state(finding(3), mark("known", "2026-02-09")) == "new"
    assert state(finding(3), mark("known")) == "known"
    assert state(finding(3), mark("invalid", "2026-02-10")) == "invalid"
    assert state(finding(3), mark("invalid", "2026-02-09")) == "new"


def test_a_day_that_is_none_has_passed() -> None:
    assert state(finding(3), mark("known", "for ever")) == "new"


def test_what_is_marked_known_is_fixed_all_the_same() -> None:
    assert state(finding(1, replays=replays((3, "passes"))), mark("known")) == "fixed"
    assert state(finding(1, replays=replays((3, "passes"))), mark("invalid")) == "invalid"


def test_a_mark_from_before_the_fix_does_not_bury_the_regression() -> None:
    back = finding(1, 3, replays=replays((2, "passes")))
    assert state(back, mark("known", at=at_of(1))) == "regressed"
    assert state(back, mark("known", at=at_of(3))) == "known"


def test_a_mark_of_another_state_says_nothing() -> None:
    assert state(finding(3), mark("fixed")) == "new"


def test_the_nights_are_named_as_they_are_counted() -> None:
    assert name_of(7, "c") == "night-0007-cccccccc"
