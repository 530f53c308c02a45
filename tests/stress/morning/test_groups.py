# SPDX-License-Identifier: GPL-2.0-only
"""Does each finding stand in the one group of the morning that it belongs to?"""

from collections.abc import Sequence
from typing import Any

import pytest

from stress.history import FindingRecord, Mark
from stress.morning.groups import clean_since, grouped
from stress.morning.morning import Morning
from tests.fixtures.nights import PATCH, TODAY, finding, name_of, night, target

TONIGHT = 14
GROUPS = ("new", "resolved", "rare", "ongoing", "buried", "not_run")


def morning(findings: Sequence[FindingRecord], states: Sequence[str], **more: Any) -> Morning:
    """Return a morning after 14 nights on head-walk, as those findings have it."""
    found = [
        each.id
        for each in findings
        if any(sight.night == name_of(TONIGHT) for sight in each.sightings)
    ]
    nights = [night(number, targets=[target("head-walk", number)]) for number in range(1, 15)]
    fields: dict[str, Any] = {"tonight": night(TONIGHT, targets=nights[-1].targets, found=found)}
    by_id = {each.id: state for each, state in zip(findings, states, strict=True)}
    return Morning(
        **{**fields, "before": nights[:-1], "findings": findings, "states": by_id, "today": TODAY}
        | more
    )


def group_of(record: FindingRecord, state: str, **more: Any) -> str:
    groups = grouped(morning([record], [state], **more))
    having = [name for name in GROUPS if getattr(groups, name)]
    return having[0] if having else ""


@pytest.mark.parametrize(
    ("state", "seen", "replays", "group"),
    [
        ("new", [14], {}, "new"),
        ("known", [13, 14], {14: "fails"}, "ongoing"),
        ("known", [13], {14: "fails"}, "rare"),
        ("known", [13], {14: "cannot be judged"}, "rare"),
        ("fixed", [12], {13: "fails", 14: "passes"}, "resolved"),
        ("fixed", [13], {13: "passes", 14: "passes"}, "resolved"),
        ("fixed", [11], {13: "passes", 14: "passes"}, ""),
        ("fixed", [5, 11], {7: "passes", 14: "passes"}, "resolved"),
        ("regressed", [5, 14], {7: "passes"}, "new"),
        ("regressed", [5, 14], {7: "passes", 14: "passes"}, "new"),
        ("invalid", [14], {}, ""),
    ],
)
def test_a_state_and_its_nights_decide(
    state: str, seen: list[int], replays: dict[int, str], group: str
) -> None:
    assert group_of(finding(seen=seen, replays=replays), state) == group


def test_what_was_not_run_tonight_is_not_rare() -> None:
    assert group_of(finding(PATCH, seen=[13]), "known") == "not_run"
    assert group_of(finding("head-walk", seen=[13]), "known") == "rare"


@pytest.mark.parametrize(
    ("until", "group"), [("", "buried"), (TODAY.isoformat(), "buried"), ("2026-11-29", "ongoing")]
)
def test_a_mark_buries_until_it_expires(until: str, group: str) -> None:
    record = finding(seen=[13, 14])
    mark = Mark("known", "as posted", until, "2026-11-20T00:00:00+00:00")
    assert group_of(record, "known", marks={record.id: mark}) == group


def test_what_was_seen_most_often_comes_first() -> None:
    often, once = finding(seen={14: 50}), finding(symptom="I13 lost", seen={14: 1})
    groups = grouped(morning([once, often], ["new", "new"]))
    assert groups.new == [often, once]


def test_executions_are_clean_since_the_last_sighting_on_the_same_target() -> None:
    record = finding(seen=[3, 12])
    executions = sum(target("head-walk", number).executions for number in (13, 14))
    assert clean_since(morning([record], ["known"]), record) == executions
    other = finding(PATCH, seen=[3, 12])
    assert clean_since(morning([other], ["known"]), other) == 0
