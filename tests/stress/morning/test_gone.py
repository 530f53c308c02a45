# SPDX-License-Identifier: GPL-2.0-only
"""Is what counts as gone gone, at the cost that it must have, and is nothing else counted?"""

from dataclasses import replace
from math import ceil, comb, exp, lgamma, log
from pathlib import Path

import pytest

from stress.history import FindingRecord, NightRecord
from stress.morning import gone
from stress.morning.chances import FAILURES_NEEDED, Tally, log_unseen, more_executions, still_there
from tests.benchmarks.gone import CLAIMED, Judged, campaigns, first, row
from tests.fixtures.seen import cell, finding, night, replay, sighting, target

ROOT = Path(__file__).parents[3]
RAN = {"a": (100, 10_000)}


def seen(number: int = 1, cells: dict[str, tuple[int, int]] = RAN, **others: str) -> NightRecord:
    return night(number, target(cells), **others)


def clean(number: int, executions: int, model: str = "m2", scenario: str = "a") -> NightRecord:
    return night(number, target({scenario: (0, executions)}), model=model)


@pytest.fixture(scope="module")
def claimed() -> list[Judged]:
    """Two hundred campaigns that are called "99 % gone", as long as nights' really are."""
    return first(200, campaigns(1), lambda each: each.is_claimed)


def test_of_two_hundred_called_gone_at_most_six_are_not(claimed: list[Judged]) -> None:
    assert {each.rate > 1 / 200 for each in claimed} == {True, False}
    assert sum(each.wrongly for each in claimed) <= 6


def test_the_docs_say_what_came_of_them(claimed: list[Judged]) -> None:
    assert row(CLAIMED, claimed) in (ROOT / "docs" / "nights.md").read_text("utf-8").splitlines()


def test_one_in_a_hundred_is_called_gone_wrongly_and_no_claim_is_more_careful_than_it_says() -> (
    None
):
    """A rule that waits for longer than it says would pass the test above, too."""
    tally = Tally(1000, 100_000)
    more = more_executions({"a": tally}, 0)
    assert more is not None
    assert still_there([Tally(1000, 100_000, more)], 0) <= 0.01
    assert still_there([Tally(1000, 100_000, more - 1)], 0) > 0.01


def test_nine_of_ten_take_at_most_three_tenths_more_than_the_least(claimed: list[Judged]) -> None:
    assert sum(each.times <= 1.3 for each in claimed) >= 180


def test_so_many_failures_as_are_asked_for_are_enough_and_far_fewer_are_not() -> None:
    """The rate is known by 50 exactly, the least with which the claim is made; and by 10."""
    for failures, low, high in ((FAILURES_NEEDED, 0.93, 1.0), (10, 0.0, 0.75)):
        more = more_executions({"a": Tally(failures, 1_000_000)}, 0)
        assert more is not None
        # The rates that such a campaign may have had, by quantiles of their Gamma distribution.
        limit = 1.3 * log(99) * 1_000_000 / more
        poisson = sum(_poisson(limit, number) for number in range(failures))
        assert low <= 1 - poisson <= high


def _poisson(mean: float, number: int) -> float:
    return exp(number * log(mean) - mean - lgamma(number + 1))


@pytest.mark.parametrize(("k", "n", "m"), [(1, 1, 1), (1, 10, 98), (3, 7, 5), (70, 900, 60)])
def test_it_is_the_share_of_the_orders_that_have_the_failures_first(k: int, n: int, m: int) -> None:
    assert log_unseen(k, n, m) == pytest.approx(log(comb(n, k) / comb(n + m, k)))


def test_a_campaign_in_pieces_says_the_same_as_in_one() -> None:
    pieces = [Tally(100, 10_000, 200), Tally(300, 30_000, 600)]
    assert still_there(pieces, 0) == pytest.approx(still_there([Tally(400, 40_000, 800)], 0), 0.02)


def test_what_was_seen_once_takes_98_times_as_many_and_is_never_called_gone() -> None:
    one = seen(cells={"a": (1, 1_000)})
    known = finding(sighting(one))
    judgement = gone(known, [known], [one, clean(2, 97_999)])
    assert judgement.more == 1
    after = gone(known, [known], [one, clean(2, 98_000)])
    assert (after.more, after.is_gone) == (0, False)
    said = after.text()
    assert "still there with a chance of 1.0 %" in said
    assert "seen once only, so its rate is hardly known" in said


def test_what_was_seen_often_is_called_gone_where_it_is_and_not_one_execution_earlier() -> None:
    known = finding(sighting(seen()))
    least = gone(known, [known], [seen(), clean(2, 0)]).more
    assert least is not None
    assert ceil(log(99) * 100) <= least <= 1.1 * log(99) * 100
    almost = gone(known, [known], [seen(), clean(2, least - 1)])
    assert (almost.more, almost.is_gone) == (1, False)
    assert "1 % after 1 more without it" in almost.text()
    judgement = gone(known, [known], [seen(), clean(2, least)])
    assert judgement.is_gone
    assert judgement.text() == (
        "99 % gone: seen in 100 of 10,000 (1 in 100) on the model and class of then, in none of "
        f"{least} since"
    )


def test_what_has_not_changed_is_still_there_however_long_it_is_not_seen() -> None:
    known = finding(sighting(seen()))
    judgement = gone(known, [known], [seen(), clean(2, 1_000_000, model="m1")])
    assert (judgement.chance, judgement.more, judgement.changed) == (1.0, None, False)
    assert judgement.executions == 1_010_000
    assert "neither the model nor the class has changed" in judgement.sentences()[0]


def test_a_class_that_was_edited_is_another_though_the_model_is_the_same() -> None:
    known = finding(sighting(seen()))
    edited = night(2, target({"a": (0, 1_000)}, source="edited"))
    assert gone(known, [known], [seen(), edited]).is_gone


@pytest.mark.parametrize(("outcome", "changed"), [("fails", False), ("passes", True)])
def test_a_token_that_fails_says_that_it_is_there(outcome: str, changed: bool) -> None:
    since = clean(2, 5_000)
    known = finding(sighting(seen()), replays=[replay(since, outcome)])
    assert gone(known, [known], [seen(), since]).changed is changed


def test_executions_of_a_scenario_that_never_showed_it_say_nothing() -> None:
    known = finding(sighting(seen()))
    elsewhere = gone(known, [known], [seen(), clean(2, 1_000_000, scenario="b")])
    assert (elsewhere.chance, elsewhere.clean) == (0.5, 0)


def test_rates_differ_by_scenario() -> None:
    """Seen mostly in b: executions of a alone say as little as that is rare."""
    both = seen(cells={"a": (10, 10_000), "b": (1_000, 10_000)})
    known = finding(sighting(both))
    in_a = gone(known, [known], [both, clean(2, 500, scenario="a")])
    in_b = gone(known, [known], [both, clean(2, 500, scenario="b")])
    assert in_b.is_gone
    assert in_a.chance > 0.3
    assert (in_a.worth, in_b.worth) == (10, 1000)


def test_another_target_says_nothing() -> None:
    known = finding(sighting(seen()))
    other = night(2, target({"a": (0, 10_000)}, target="theirs.py"), model="m2")
    assert not gone(known, [known], [seen(), other]).changed


def test_the_same_executions_once_more_say_nothing_new() -> None:
    known = finding(sighting(seen()))
    once = clean(2, 300)
    twice = night(3, target({"a": (0, 300)}), model="m2", seed=2)
    assert gone(known, [known], [seen(), once, twice]).clean == 300
    longer = night(3, target({"a": (0, 400)}), model="m2", seed=2)
    assert gone(known, [known], [seen(), once, longer]).clean == 400
    assert gone(known, [known], [seen(), once, clean(3, 300)]).clean == 600


def test_parts_of_a_night_add_up_and_the_whole_night_has_them_again() -> None:
    known = finding(sighting(seen()))
    nights = [
        night(2 + part, target({"a": (0, 300)}), model="m2", seed=2, shard=(1 + part, 2))
        for part in range(2)
    ]
    assert gone(known, [known], [seen(), *nights]).clean == 600
    whole = night(5, target({"a": (0, 600)}), model="m2", seed=2)
    assert gone(known, [known], [seen(), *nights, whole]).clean == 600


def test_nights_between_two_sightings_belong_to_the_rate() -> None:
    rare = {"a": (1, 1_000)}
    first_night, last = seen(cells=rare), night(3, target(rare), model="m3")
    known = finding(sighting(first_night), sighting(last))
    between = gone(known, [known], [first_night, clean(2, 1_000), last, clean(4, 10, model="m4")])
    assert (between.failures, between.executions, between.clean) == (2, 3_000, 10)


def test_nights_before_the_first_sighting_belong_to_it_on_the_same_version_alone() -> None:
    known = finding(sighting(seen(3)))
    nights = [clean(1, 500, model="m0"), clean(2, 700, model="m1"), seen(3), clean(4, 10)]
    assert gone(known, [known], nights).executions == 10_700


def test_what_comes_back_after_it_was_gone_has_the_rate_that_it_came_back_with() -> None:
    back = night(3, target({"a": (1, 10_000)}), model="m3")
    known = finding(sighting(seen()), sighting(back))
    nights = [seen(), clean(2, 5_000), back, clean(4, 10, model="m4")]
    judgement = gone(known, [known], nights)
    assert (judgement.failures, judgement.executions) == (1, 10_000)


def test_who_has_survived_many_changes_is_not_believed_gone_as_soon() -> None:
    nights = [night(day, target(RAN), model=f"m{day}") for day in range(1, 21)]
    known = finding(*map(sighting, nights))
    old = gone(known, [known], [*nights, clean(21, 0, model="new")])
    same = [night(day, target(RAN)) for day in range(1, 21)]
    known = finding(*map(sighting, same))
    young = gone(known, [known], [*same, clean(21, 0, model="new")])
    assert old.failures == young.failures
    assert (old.chance, young.chance) == (20 / 21, 0.5)
    assert old.more is not None
    assert young.more is not None
    assert young.more < old.more < 2 * young.more


def test_a_symptom_that_two_share_makes_the_rate_of_neither() -> None:
    ours, theirs = finding(sighting(seen())), finding(sighting(seen()), id="another")
    nights = [seen(), clean(2, 0)]
    assert gone(ours, [ours, theirs], nights).failures == 1
    assert gone(ours, [ours], nights).failures == 100


def test_what_was_seen_as_another_symptom_was_seen_once() -> None:
    other = night(2, target({}, cells=[cell("a", 9, 5_000, "stuck")]), model="m2")
    known = finding(sighting(seen()), sighting(other))
    judgement = gone(known, [known], [seen(), other, clean(3, 0, model="m3")])
    assert (judgement.failures, judgement.executions) == (101, 15_000)


def test_executions_with_its_symptom_are_not_clean() -> None:
    known = finding(sighting(seen()))
    since = night(2, target({"a": (3, 5_000), "b": (0, 5_000)}), model="m2")
    judgement = gone(known, [known], [seen(), since])
    assert (judgement.clean, judgement.unclear) == (0, 5_000)
    assert "5,000 not counted" in judgement.sentences()[-1]
    other = night(2, target({}, cells=[cell("a", 3, 5_000, "stuck")]), model="m2")
    assert gone(known, [known], [seen(), other]).is_gone


def test_what_exploring_met_has_no_rate() -> None:
    explored = seen(cells={"a": (0, 10_000)})
    known = finding(sighting(explored, strategy="explore"))
    judgement = gone(known, [known], [explored, clean(2, 1_000_000)])
    assert (judgement.chance, judgement.more) == (0.5, None)
    assert judgement.sentences()[0].startswith("met by exploring alone, so it has no rate")


def test_a_night_that_is_no_longer_kept_is_known_by_its_sighting_where_it_was() -> None:
    known = finding(sighting(seen(2)))
    earlier, later = clean(1, 5_000), clean(3, 7, model="m3")
    judgement = gone(known, [known], [earlier, later])
    assert (judgement.failures, judgement.executions, judgement.clean) == (100, 10_000, 7)


def test_a_night_that_was_killed_shows_that_it_was_there_and_no_rate() -> None:
    killed = replace(sighting(seen(2)), count=1, executions=1, to_find=1)
    known = finding(sighting(seen()), killed)
    judgement = gone(known, [known], [seen(), clean(3, 0, model="m3")])
    assert (judgement.failures, judgement.executions) == (100, 10_000)


def test_numbers_that_no_night_reaches_end_and_are_chances() -> None:
    huge = (1 << 63) - 1
    for counts in ((huge, huge), (1, huge), (huge, 1), (0, 0), (5, 0)):
        known = finding(sighting(seen(cells={"a": counts})))
        judgement = gone(known, [known], [seen(cells={"a": counts}), clean(2, huge)])
        assert 0 <= judgement.chance <= 1
        assert judgement.sentences()


def test_a_finding_without_any_night_is_still_there() -> None:
    nothing: FindingRecord = finding()
    assert not gone(nothing, [nothing], []).changed
    assert gone(nothing, [], [seen()]).chance == 1.0


@pytest.mark.parametrize(
    ("then", "since", "counts"),
    [("all", "standard", False), ("standard", "all", True), ("all", "all", True)],
)
def test_a_night_without_the_points_it_was_found_with_says_nothing_of_a_finding(
    then: str, since: str, counts: bool
) -> None:
    nights = [replace(seen(), points=then), replace(clean(2, 1_000), points=since)]
    found = finding(sighting(nights[0]))
    assert bool(gone(found, [found], nights).clean) is counts


@pytest.mark.parametrize(
    ("kind", "since", "counts"),
    [
        ("architecture: lost", "invariants", False),
        ("architecture: lost", "both", True),
        ("architecture: lost", "architecture", True),
        ("I9 lost edge", "architecture", False),
        ("I9 lost edge", "both", True),
        ("I9 lost edge", "invariants", True),
    ],
)
def test_a_night_without_the_judge_that_finds_it_says_nothing_of_a_finding(
    kind: str, since: str, counts: bool
) -> None:
    nights = [replace(seen(), judge="both"), replace(clean(2, 1_000), judge=since)]
    found = replace(finding(sighting(nights[0])), symptom=kind)
    assert bool(gone(found, [found], nights).clean) is counts
