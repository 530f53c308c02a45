# SPDX-License-Identifier: GPL-2.0-only
"""Does a lane do what its past leads to, and no two lanes the same?"""

import json
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from hashlib import sha256
from itertools import chain

import pytest
from pydantic import TypeAdapter

from stress.campaign import Known
from stress.jobs import Fact
from stress.nights.entries import BEHAVIOUR_DIGITS, Leg, Ordered, Ran
from stress.nights.lane import BLOCK, LANES, Lane, NextLeg

SCENARIOS = ("one_interrupt", "one_disable", "one_reroute")

Yields = Callable[[str, int], str]
"""What a test says that an execution of a scenario shows."""


def new_each(scenario: str, index: int) -> str:
    return f"{scenario} {index}"


def always_the_same(scenario: str, index: int) -> str:
    return scenario


def leg_of(wanted: NextLeg, shows: Yields = new_each, **more: object) -> Leg:
    """Return what came of a leg, whose executions are all looked at."""
    runs = [
        Ran(scenario, "pct", len(indices), 0, {}, "".join(_digits(shows, scenario, indices)))
        for scenario in SCENARIOS
        if (indices := [index for name, index in wanted.items if name == scenario])
    ]
    leg = Leg(
        lane=wanted.lane,
        round=wanted.round,
        target=wanted.target,
        executions=len(wanted.items),
        steps={},
        seconds=0.0,
        runs=runs,
        failures=[],
        firsts={},
        progress=[],
        called=[],
        met=[],
        orders=[],
        lost=[],
        out="",
        bugs=[],
    )
    return replace(leg, **more)  # type: ignore[arg-type]


def _digits(shows: Yields, scenario: str, indices: Iterable[int]) -> list[str]:
    shown = (shows(scenario, index) for index in indices)
    return [sha256(each.encode()).hexdigest()[:BEHAVIOUR_DIGITS] for each in shown]


def run(lane: Lane, legs: int, shows: Yields = new_each) -> list[NextLeg]:
    """Run some legs of a lane, all of them if there are fewer."""
    ran = []
    for _ in range(legs):
        wanted = lane.wanted()
        if wanted is None:
            break
        lane.take(leg_of(wanted, shows))
        ran.append(wanted)
    return ran


def lane(number: int = 0, targets: int = 2, executions: int | None = None) -> Lane:
    return Lane(number, targets, SCENARIOS, executions)


def test_no_execution_is_in_two_lanes_or_twice_in_one() -> None:
    ran = chain.from_iterable(run(lane(number), 20) for number in range(LANES))
    executions = Counter((leg.target, item) for leg in ran for item in leg.items)
    assert max(executions.values()) == 1


def test_the_first_executions_of_a_cell_are_shared_out_to_the_lanes_in_blocks() -> None:
    first = {
        number: min(index for leg in run(lane(number), 1) for _, index in leg.items)
        for number in range(LANES)
    }
    assert first == {number: number * BLOCK for number in range(LANES)}


def test_every_cell_has_a_block_in_each_round() -> None:
    for wanted in run(lane(), 12):
        assert {name for name, _ in wanted.items} == set(SCENARIOS)
    assert {wanted.target for wanted in run(lane(), 2)} == {0, 1}


@pytest.mark.parametrize("executions", [1, 23, 24, 1000, 4001])
def test_the_lanes_together_have_the_executions_that_were_asked_for(executions: int) -> None:
    ran = [
        len(leg.items)
        for number in range(LANES)
        for leg in run(lane(number, executions=executions), 1000)
    ]
    assert sum(ran) == executions


def test_few_executions_begin_with_other_cells_in_each_lane() -> None:
    begun = {run(lane(number, executions=4 * BLOCK), 1)[0].items[0][0] for number in range(LANES)}
    assert begun == set(SCENARIOS)


def test_what_still_yields_has_more_executions() -> None:
    def shows(scenario: str, index: int) -> str:
        return (new_each if scenario == "one_reroute" else always_the_same)(scenario, index)

    legs = run(lane(targets=1), 8, shows)
    counts = [Counter(name for name, _ in leg.items) for leg in legs]
    assert counts[0]["one_reroute"] == counts[0]["one_disable"]
    assert counts[-1]["one_reroute"] > 3 * counts[-1]["one_disable"] > 0


def test_a_lane_goes_on_where_its_legs_lead_to() -> None:
    first, again = lane(), lane()
    legs = []
    for _ in range(7):
        wanted = first.wanted()
        assert wanted is not None
        legs.append(leg_of(wanted))
        first.take(legs[-1])
    for leg in legs:
        assert again.is_wanted(leg)
        again.take(leg)
    assert again.wanted() == first.wanted()


def test_a_leg_that_is_not_next_is_not_wanted() -> None:
    begun = lane()
    wanted = begun.wanted()
    assert wanted is not None
    assert begun.is_wanted(leg_of(wanted))
    assert not begun.is_wanted(leg_of(replace(wanted, target=1 - wanted.target)))
    assert not begun.is_wanted(leg_of(replace(wanted, round=1)))


def test_it_goes_on_without_a_target_that_is_out_and_ends_without_any() -> None:
    begun = lane()
    wanted = begun.wanted()
    assert wanted is not None
    begun.take(leg_of(wanted, out="it hangs"))
    left = {leg.target for leg in run(begun, 6)}
    assert left == {1 - wanted.target}
    last = begun.wanted()
    assert last is not None
    begun.take(leg_of(last, out="it hangs, too"))
    assert begun.wanted() is None


def test_what_was_seen_of_a_target_is_known_to_the_next_leg_of_it() -> None:
    begun = lane(targets=1)
    wanted = begun.wanted()
    assert wanted is not None
    order = Ordered("a", "b", "vcpu0", "f", "one_interrupt", 3)
    begun.take(leg_of(wanted, failures=[("one_interrupt", "deadlock", 9)], orders=[order]))
    assert begun.known[0].failures == {"deadlock": 9}
    assert [(each.before, each.after) for each, _ in begun.known[0].graph.steps] == [("a", "b")]


def first_of(known: Known, manner: str) -> bool:
    """Say whether a leg looks into the first that it meets of a deadlock in some manner."""
    fact = Fact("one_interrupt", 0, "pct", 1, frozenset(), "deadlock", manner=manner)
    return known.copy().is_looked_into(fact)


@pytest.mark.parametrize("resumed", [False, True])
def test_a_symptom_in_a_known_manner_is_not_new_to_the_next_leg(resumed: bool) -> None:
    begun = lane(targets=1)
    wanted = begun.wanted()
    assert wanted is not None
    assert first_of(begun.known[0], "")
    failures, manners = [("one_interrupt", "deadlock", 3)], [("deadlock", ""), ("deadlock", "two")]
    leg = leg_of(wanted, failures=failures, manners=manners)
    if resumed:
        adapter = TypeAdapter(Leg)
        leg = adapter.validate_json(adapter.dump_json(leg))
    begun.take(leg)
    looked = [first_of(begun.known[0], manner) for manner in ("", "two", "three")]
    assert looked == [False, False, True]


def test_a_leg_of_an_older_journal_has_its_symptoms_without_a_manner() -> None:
    begun = lane(targets=1)
    wanted = begun.wanted()
    assert wanted is not None
    adapter = TypeAdapter(Leg)
    values = adapter.dump_python(leg_of(wanted, failures=[("one_interrupt", "deadlock", 3)]))
    del values["manners"]
    begun.take(adapter.validate_json(json.dumps(values)))
    assert [first_of(begun.known[0], manner) for manner in ("", "two")] == [False, True]
