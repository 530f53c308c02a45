# SPDX-License-Identifier: GPL-2.0-only
"""What is listed by name keeps its promises: scenarios, revisions, bugs, strategies."""

import re
from pathlib import Path

import pytest

import vgic
from harness import Streams
from harness.search.strategies import (
    ARMS,
    ARMS_AMONG_OTHERS,
    ARMS_FOR_ONE_PROGRAM,
    DESCRIPTIONS,
    MIX,
    MIXED,
    PORTFOLIO,
    RUNS,
    STRATEGIES,
)
from stress.campaign import CANARIES
from stress.scenarios import SCENARIOS
from vgic import BUGS, DEFAULT, REVISIONS, Bug, JudgedBy, Revision, named_bug
from vgic.bugs import BUGS_OF_POINTS, BUGS_OF_RACES
from vgic.composition.composing import overridden

ALL_BUGS = {**BUGS, **BUGS_OF_RACES, **BUGS_OF_POINTS}


@pytest.mark.parametrize("name", SCENARIOS)
def test_scenarios_open_like_a_litmus_test(name: str) -> None:
    scenario = SCENARIOS[name]
    assert scenario.name == name
    lines = scenario.text.splitlines()
    assert lines[0].endswith(".")
    assert lines[1] == ""
    assert lines[2] in ("Result: Never", "Result: Sometimes")
    assert len(scenario.text) > 200, "says why"


@pytest.mark.parametrize("name", SCENARIOS)
def test_scenarios_have_a_floor_for_every_strategy_of_the_mix(name: str) -> None:
    floors = SCENARIOS[name].floors.rates
    assert floors
    for window, by_strategy in floors.items():
        assert set(by_strategy) == set(MIXED), window
        assert any(floor > 0 for floor in by_strategy.values()), window


ONE_COUNT = {
    "spis_miscounted": {"is_first_in_flight", "was_deactivated", "traps_dir", "announce_to_all"},
    "accessed_while_running": {"kvm_trylock_all_vcpus", "kvm_unlock_all_vcpus"},
    "calls_cpus_with_irqs_off": {"is_first_in_flight", "announce_to_all"},
    "physical_by_memory": {
        *("sample_enabled", "keeps_device_out", "lets_device_come", "physical_is_known")
    },
}
"""The decisions of those bugs that keep one count, or one state, which takes more than one."""


@pytest.mark.parametrize("name", BUGS)
def test_a_bug_overrides_one_decision_and_tells_its_story(name: str) -> None:
    decisions = overridden(BUGS[name].cls).keys()
    assert len(decisions) == 1 or decisions == ONE_COUNT[name]
    assert BUGS[name].story


@pytest.mark.parametrize("name", REVISIONS)
def test_a_revision_tells_its_story(name: str) -> None:
    assert REVISIONS[name].story


@pytest.mark.parametrize("record", [*REVISIONS.values(), *ALL_BUGS.values()])
def test_a_record_says_what_it_can_be_held_to(record: Revision | Bug) -> None:
    assert record.story.partition("\n")[0].endswith(".")
    assert re.fullmatch(r"(\d{4}(-\d\d(-\d\d)?)?)?", record.date)
    for commit in (record.commit, record.mended_by):
        assert re.fullmatch(r"([0-9a-f]{12})?", commit)
    assert all(record.found_as)
    assert record.found_as or record.name == DEFAULT
    if isinstance(record, Bug):
        assert re.fullmatch(r"(CVE-\d{4}-\d+)?", record.cve)
        assert record.revisions
        assert set(record.revisions) <= set(REVISIONS)


@pytest.mark.parametrize(
    ("folder", "beside", "names"),
    [
        ("bugs", {"bug"}, set(ALL_BUGS)),
        (
            "revisions",
            {"differences", "lpi_topics", "records", "revision", "topic"},
            set(REVISIONS),
        ),
    ],
)
def test_every_file_beside_these_is_an_entry_of_its_name(
    folder: str, beside: set[str], names: set[str]
) -> None:
    files = {path.stem for path in (Path(vgic.__file__).parent / folder).glob("[!_]*.py")}
    assert files - beside == {re.sub(r"[-.]", "_", name) for name in names}
    assert beside < files


def test_no_name_is_of_two_things() -> None:
    names = [name for each in REVISIONS.values() for name in (each.name, *each.aliases)]
    assert len(names) == len(set(names))
    assert len(ALL_BUGS) == len(BUGS) + len(BUGS_OF_RACES) + len(BUGS_OF_POINTS)


def test_every_campaign_looks_for_its_canaries_as_their_records_say() -> None:
    for canary in CANARIES:
        if canary.judge is JudgedBy.ARCHITECTURE:
            assert named_bug(canary.bug).guest_sees
            continue
        found_as = named_bug(canary.bug).found_as
        assert all(kind.startswith(canary.found_as) for kind in found_as)


def test_the_mix_takes_its_strategies_in_turn() -> None:
    scenario = SCENARIOS["random_program"]
    assert [scenario.strategy(MIX, index) for index in range(6)] == [*MIXED, *MIXED]
    assert scenario.strategy("pct", 4) == "pct"
    assert set(DESCRIPTIONS) == {PORTFOLIO, MIX, *STRATEGIES}


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_portfolio_knows_its_strategies_by_the_number_of_the_execution(name: str) -> None:
    scenario = SCENARIOS[name]
    arms = scenario.portfolio
    assert [scenario.strategy(PORTFOLIO, index) for index in range(len(arms))] == list(arms)


def test_portfolios_consist_of_strategies_and_contain_those_with_floors() -> None:
    portfolios = {scenario.portfolio for scenario in SCENARIOS.values()}
    assert {ARMS, ARMS_AMONG_OTHERS} < portfolios
    for arms in (*portfolios, ARMS_FOR_ONE_PROGRAM):
        assert set(MIXED) <= set(arms) <= set(STRATEGIES)
    assert set(RUNS) <= set(STRATEGIES)


def test_one_program_is_looked_around_in_where_all_executions_are_of_one() -> None:
    for scenario in SCENARIOS.values():
        machines = {scenario.draw(Streams(seed, scenario.name, 0)) for seed in range(9)}
        rehearses = bool(set(RUNS) & set(scenario.portfolio))
        assert rehearses == (len(machines) == 1)
