# SPDX-License-Identifier: GPL-2.0-only
"""docs/locks.md names the locks in their order, bugs that break each rule, and all excuses."""

import re

import pytest

from tests.docs.pages import ROOT
from vgic.bugs import BUGS, BUGS_OF_RACES
from vgic.data.lock_order import OUTERMOST_FIRST
from vgic.judging.guarded import DOCUMENTED

PAGE = (ROOT / "docs" / "locks.md").read_text("utf-8")
_, ORDER, RULES, EXCUSES = PAGE.split("\n## ")
QUOTED = r"`([^`]+)`"


def rows(part: str) -> list[list[str]]:
    lines = [line.strip("| ").split(" | ") for line in part.splitlines() if line.startswith("| ")]
    return lines[2:]


def test_the_locks_stand_in_their_order() -> None:
    assert [re.findall(QUOTED, row[0])[0] for row in rows(ORDER)] == list(OUTERMOST_FIRST)


def test_each_rule_has_a_row() -> None:
    named = [row[0].partition(":")[0].partition(" for ")[0] for row in rows(RULES)]
    assert {f"R{n}" for n in range(1, 9)} <= set(named)


@pytest.mark.parametrize("row", rows(RULES), ids=lambda row: row[0][:24])
def test_a_rule_is_broken_by_bugs_that_are_reported_so(row: list[str]) -> None:
    bugs, kinds = re.findall(QUOTED, row[2]), re.findall(QUOTED, row[3])
    assert bugs
    for name in bugs:
        assert set(kinds) <= set({**BUGS, **BUGS_OF_RACES}[name].found_as)


def test_all_excuses_are_told_and_no_other() -> None:
    told = {
        (function, field)
        for row in rows(EXCUSES)
        for function, *fields in [re.findall(QUOTED, row[0])]
        for field in fields
    }
    assert told == set(DOCUMENTED)
    for row in rows(EXCUSES):
        function, field, *_ = re.findall(QUOTED, row[0])
        assert DOCUMENTED[function, field].reason == row[1]
