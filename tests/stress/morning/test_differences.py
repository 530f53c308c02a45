# SPDX-License-Identifier: GPL-2.0-only
"""Is what differs from the nights before said, and what is as it was not?"""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from stress.history import CanaryRecord, Edge, Lost, NightRecord, WindowRecord
from stress.morning import differences
from stress.morning.morning import Morning
from tests.fixtures.nights import TODAY, name_of, night, target

FLOOR = "random_program: window split crossed in 0.0 % of the executions under pct, at least 0.1 %"
LOW = f"{FLOOR} are needed; it came to 2 of 3 steps"
EDGE = Edge("reference", "", "a", "b", "vcpu0", "f", "vs2-a")


def morning(*nights: NightRecord) -> Morning:
    return Morning(nights[-1], nights[:-1], [], {}, TODAY)


def canaries(*counts: int) -> Morning:
    return morning(
        *(night(at, canaries=[CanaryRecord("canary", n)]) for at, n in enumerate(counts, 1))
    )


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ((17,), "canary found after 17 executions"),
        ((1,), "canary found after 1 execution"),
        ((17, 17, 17), "canary found after 17 executions, as for 3 nights now; never missed"),
        ((17, 21), "canary found after 21 executions, last night after 17; never missed"),
        (
            (17, 0, 17, 17),
            f"canary found after 17 executions, as for 2 nights now; last missed in {name_of(2)}",
        ),
        ((17, 0, 17), f"canary found after 17 executions; last missed in {name_of(2)}"),
    ],
)
def test_a_canary_has_an_age(counts: Sequence[int], said: str) -> None:
    assert [item.text for item in differences.canary_ages(canaries(*counts))] == [said]
    assert differences.harness_bugs(canaries(*counts)) == []


def test_a_canary_that_was_missed_is_a_bug_of_the_harness() -> None:
    (item,) = differences.harness_bugs(canaries(17, 0))
    assert item.text == f"canary canary was missed, last found in {name_of(1)} after 17 executions"
    assert differences.canary_ages(canaries(17, 0)) == []
    (item,) = differences.harness_bugs(canaries(0))
    assert item.text == "canary canary was missed, and never found before"


def test_the_canary_that_has_changed_comes_first() -> None:
    before = night(1, canaries=[CanaryRecord("a", 1), CanaryRecord("b", 2)])
    after = night(2, canaries=[CanaryRecord("a", 1), CanaryRecord("b", 3)])
    assert [item.text[0] for item in differences.canary_ages(morning(before, after))] == ["b", "a"]


def windows(*below: bool, crossed: int = 0) -> Morning:
    """Return a morning after nights in which a window was below its floor, or not."""
    rows = {
        True: WindowRecord("split", crossed, 1, 3, "1 of 3 steps; never: b; c", [LOW, LOW]),
        False: WindowRecord("split", 900, 3, 3, "3 of 3 steps", []),
    }
    nights = [
        night(at, targets=[target("reference", at, windows=[rows[is_below]])])
        for at, is_below in enumerate(below, 1)
    ]
    return morning(*nights)


def test_a_window_below_its_floor_is_said_with_the_best_progress() -> None:
    (item,) = differences.below_floors(windows(False, True))
    assert item.text == (
        f"reference: {FLOOR} are needed (not so in the last night, and 1 more floor)"
    )
    assert item.more == ("best progress: 1 of 3 steps; never: b; c",)


def test_of_one_that_was_crossed_elsewhere_the_scenarios_own_progress_is_said() -> None:
    (item,) = differences.below_floors(windows(False, True, crossed=2))
    assert item.text.startswith(f"reference: {FLOOR} are needed; it came to 2 of 3 steps (not so")
    assert item.more == ()


def test_the_first_night_of_a_target_compares_its_windows_with_none() -> None:
    (item,) = differences.below_floors(windows(True))
    assert item.text.endswith(" are needed (and 1 more floor)")


def test_one_above_its_floor_is_not_said() -> None:
    assert differences.below_floors(windows(True, False)) == []


def test_it_is_said_for_how_many_nights_a_window_has_been_below() -> None:
    (item,) = differences.below_floors(windows(True, False, True, True))
    assert "for 2 nights now" in item.text


def test_what_fell_tonight_comes_before_what_was_low_before() -> None:
    low = WindowRecord("old", 0, 1, 3, "", ["old is low"])
    fell = WindowRecord("fell", 0, 1, 3, "", ["fell is low"])
    high = WindowRecord("fell", 9, 3, 3, "", [])
    nights = [
        night(1, targets=[target("reference", windows=[low, high])]),
        night(2, targets=[target("reference", windows=[low, fell])]),
    ]
    texts = [item.text for item in differences.below_floors(morning(*nights))]
    assert ["fell is low" in texts[0], "old is low" in texts[1]] == [True, True]


def test_why_there_are_too_few_is_said_once_a_target_and_no_window_twice() -> None:
    row = WindowRecord("split", 0, 1, 3, "", [FLOOR])
    few = ["one_reroute: 3 executions", "one_disable: 4 executions"]
    ones = [
        target("reference", windows=[row], reasons=[FLOOR, *few]),
        target("head-walk", windows=[row], reasons=[FLOOR]),
        target("v1-posted", reasons=few[:1]),
    ]
    assert [item.text for item in differences.too_few(morning(night(targets=ones)))] == [
        "reference: one_reroute: 3 executions (and 1 more reason)",
        "v1-posted: one_reroute: 3 executions",
    ]


def orders(before: Sequence[Edge], tonight: Sequence[Edge]) -> list[str]:
    nights = morning(night(1, edges=list(before)), night(2, edges=list(tonight)))
    return [item.text for item in differences.new_orders(nights)]


def test_an_order_of_locks_first_seen_tonight_is_said_once() -> None:
    turned = replace(EDGE, before="b", after="a")
    assert orders([EDGE], [EDGE, turned, replace(turned, function="g")]) == [
        "reference: a wanted while b is held, by vcpu0 in f"
    ]


def test_an_order_seen_before_is_not_said() -> None:
    assert orders([EDGE], [replace(EDGE, function="g", token="vs2-b", source="5e")]) == []


def test_an_order_that_is_only_documented_is_not_said() -> None:
    assert orders([], [replace(EDGE, token="")]) == []


def test_the_first_night_of_a_target_has_no_news_of_locks() -> None:
    assert orders([EDGE], [replace(EDGE, target="head-walk")]) == []
    assert differences.new_orders(morning(night(1, edges=[EDGE]))) == []


def test_what_was_lost_and_what_happened_are_troubles() -> None:
    lost = target("reference", lost=[Lost("one_reroute", 17, "out of memory, twice")])
    told = differences.troubles(morning(night(targets=[lost], troubles=["the disk was full"])))
    assert [item.text for item in told] == [
        "reference: execution 17 of one_reroute is lost: out of memory, twice",
        "the disk was full",
    ]
    assert differences.troubles(morning(night())) == []


def test_a_class_at_fault_is_said() -> None:
    (item,) = differences.faults(morning(night(targets=[target("a.py:A", faults=["hangs"])])))
    assert item.text == "a.py:A: hangs"


def test_of_several_faults_of_a_class_one_is_said_and_how_many_more() -> None:
    more = target("a.py:A", faults=["hangs", "hangs again", "hangs once more"])
    (item,) = differences.faults(morning(night(targets=[more, target("b.py:B")])))
    assert item.text == "a.py:A: hangs (and 2 more faults)"
