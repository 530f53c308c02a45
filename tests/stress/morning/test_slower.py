# SPDX-License-Identifier: GPL-2.0-only
"""What got slower to find is said where it is so, and nowhere else."""

from math import comb

import pytest
from numpy.random import RandomState

from stress.history import FindingRecord, NightRecord
from stress.morning import slower
from stress.morning.chances import holm, not_slower
from tests.fixtures.seen import cell, finding, night, sighting, target


def two(
    earlier: tuple[int, int], tonight: tuple[int, int], scenario: str = "a"
) -> tuple[FindingRecord, list[NightRecord]]:
    """Return a finding and two nights that saw it."""
    nights = [night(1, target({"a": earlier})), night(2, target({scenario: tonight}), model="m2")]
    return finding(*map(sighting, nights)), nights


def test_what_is_ten_times_as_rare_as_it_was_is_slower() -> None:
    known, nights = two((1_000, 100_000), (100, 100_000))
    (found,) = slower([known], nights)
    assert (
        found.sentence()
        == "in a: 1 in 1000 of 100000 executions tonight, 1 in 100 of 100000 before"
    )


@pytest.mark.parametrize(
    ("earlier", "tonight"),
    [
        ((1_000, 100_000), (510, 100_000)),  # the share of its strategy may have halved
        ((1_000, 100_000), (2_000, 100_000)),
        ((1_000, 100_000), (10, 1_000)),  # the night was shorter
        ((10, 100_000), (1, 100_000)),  # hardly anything is known
        ((1_000, 100_000), (1, 100)),
    ],
)
def test_what_is_as_often_as_before_or_may_be_is_not(
    earlier: tuple[int, int], tonight: tuple[int, int]
) -> None:
    known, nights = two(earlier, tonight)
    assert slower([known], nights) == []


def test_another_share_of_the_scenarios_makes_nothing_slower() -> None:
    nights = [
        night(1, target({"a": (1_000, 10_000), "b": (1, 1_000)})),
        night(2, target({"a": (100, 1_000), "b": (10, 10_000)}), model="m2"),
    ]
    assert slower([finding(*map(sighting, nights))], nights) == []


def test_what_is_not_seen_tonight_is_not_slower() -> None:
    known, nights = two((1_000, 100_000), (0, 100_000))
    assert slower([finding(known.sightings[0])], nights) == []


def test_earlier_nights_that_have_not_seen_it_count() -> None:
    """Rare from the first: only the night that saw it twice is unusual."""
    nights = [night(number, target({"a": (0, 10_000)})) for number in range(1, 20)]
    nights[9] = night(10, target({"a": (20, 10_000)}))
    tonight = night(25, target({"a": (1, 10_000)}))
    known = finding(sighting(nights[9]), sighting(tonight))
    assert slower([known], [*nights, tonight]) == []
    assert slower([known], [nights[9], tonight]) != []


def test_what_came_back_is_not_compared_with_what_it_was() -> None:
    nights = [
        night(1, target({"a": (1_000, 10_000)})),
        night(2, target({"a": (0, 10_000)}), model="m2"),
        night(3, target({"a": (1, 10_000)}), model="m3"),
    ]
    assert slower([finding(sighting(nights[0]), sighting(nights[2]))], nights) == []


def test_of_many_findings_compared_none_is_slower_by_chance() -> None:
    """Four thousand at the border of what counts; one of 25 tests of 1 % in 200 nights would do."""
    chance, called = RandomState(1), 0
    for _ in range(160):
        values = [
            not_slower((int(chance.poisson(200)), 10_000), (int(chance.poisson(100)), 10_000), 2.0)
            for _ in range(25)
        ]
        called += any(holm(values, 0.01))
    assert called <= 5


def test_the_level_is_used_and_not_only_kept() -> None:
    """Without a correction 1 % are called so at the border, or a little less: counts are whole."""
    chance = RandomState(2)
    values = [
        not_slower((int(chance.poisson(200)), 10_000), (int(chance.poisson(100)), 10_000), 2.0)
        for _ in range(4_000)
    ]
    assert 20 <= sum(value <= 0.01 for value in values) <= 60


def test_one_that_is_so_is_found_among_many_that_are_not() -> None:
    pairs = [two((1_000, 100_000), (1_000, 100_000)) for _ in range(40)]
    findings = [
        finding(*known.sightings, id=f"{place:012}", symptom=f"s{place}")
        for place, (known, _) in enumerate(pairs)
    ]
    nights = [
        night(
            day,
            target({}, cells=[_cell(findings, day)]),
            model=f"m{day}",
        )
        for day in (1, 2)
    ]
    assert [each.id for each in slower(findings, nights)] == [findings[7].id]


def _cell(findings: list[FindingRecord], day: int) -> object:
    counts = {each.symptom: 1_000 for each in findings}
    if day == 2:
        counts[findings[7].symptom] = 300
    made = cell("a", 0, 100_000)
    made.failures.update(counts)
    return made


def test_the_test_is_the_binomial_one() -> None:
    exact = sum(comb(30, k) * 0.25**k * 0.75 ** (30 - k) for k in range(3))
    assert not_slower((28, 1_500), (2, 1_000), 2.0) == pytest.approx(exact)


def test_nothing_to_compare_is_not_slower() -> None:
    assert slower([], []) == []
    assert not_slower((0, 0), (0, 0), 2.0) == 1.0
    assert not_slower((5, 0), (5, 10), 2.0) == 1.0
    assert not_slower((5, 10), (0, 0), 2.0) == 1.0
    assert 0 <= not_slower((1 << 62, 1 << 63), (1, 1 << 63), 2.0) <= 1
