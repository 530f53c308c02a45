# SPDX-License-Identifier: GPL-2.0-only
"""Do nights have all judges unless told otherwise, and go on as they began?"""

import json
from pathlib import Path

import pytest

from stress.commands.night_asked import options_of, plan_of
from stress.history import read_record, write_record
from stress.inputs import BadArgument
from stress.nights import Options, begin, resume, unfinished
from stress.nights.asked import ASKED, Asked
from stress.nights.plan import changed
from tests.stress.nights.test_points import command
from vgic import JudgedBy

OLD = Options(["reference"], ["one_disable"], 7, 16, None, (1, 1))
"""What was asked for before there was a choice: it says nothing of it."""


@pytest.mark.parametrize(("said", "meant"), [(None, "both"), *((each, each) for each in JudgedBy)])
def test_a_night_has_all_judges_unless_it_is_told_otherwise(
    tmp_path: Path, said: JudgedBy | None, meant: str
) -> None:
    plan = plan_of(options_of(command(tmp_path, judge=said), None))
    assert {target.judge for target in plan.targets} == {meant}
    assert plan.values()["--judge"] == plan.judge == meant


@pytest.mark.parametrize("judge", JudgedBy)
def test_a_night_that_is_resumed_goes_on_as_it_began(tmp_path: Path, judge: JudgedBy) -> None:
    begun = command(tmp_path, judge=judge)
    options = options_of(begun, None)
    begin(plan_of(options), options, tmp_path, begun.words)
    last = unfinished(tmp_path)
    assert last is not None
    again = options_of(command(tmp_path, resume=True), last.asked.options)
    assert again == options
    assert resume(plan_of(again), last).plan.judge == judge
    other = next(each for each in JudgedBy if each is not judge)
    refused = options_of(command(tmp_path, judge=other), last.asked.options)
    with pytest.raises(BadArgument, match=f"--judge was {judge} and is {other}"):
        resume(plan_of(refused), last)


def test_what_a_night_was_asked_for_before_it_said_so_had_the_invariants(tmp_path: Path) -> None:
    values = plan_of(OLD).values()
    file = tmp_path / ASKED
    write_record(file, Asked("2026-01-01", "nightly", "/", "Linux", "", OLD, values))
    written = json.loads(file.read_text("utf-8"))
    del written["options"]["judge"], written["values"]["--judge"]
    file.write_text(json.dumps(written), "utf-8")
    read = read_record(Asked, file)
    assert read.options.judge is JudgedBy.INVARIANTS
    assert changed(read.values, values) == []
