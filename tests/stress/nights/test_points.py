# SPDX-License-Identifier: GPL-2.0-only
"""Do nights interleave at plain accesses unless told not to, and go on as they began?"""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from stress.commands.night_asked import Command, options_of, plan_of
from stress.history import read_record, write_record
from stress.inputs import BadArgument, Points
from stress.nights import Options, begin, resume, unfinished
from stress.nights.asked import ASKED, Asked
from stress.nights.plan import changed
from tests.stress.nights.test_own_scenarios import asked

OLD = Options(["reference"], ["one_disable"], 7, 16, None, (1, 1))
"""What was asked for before there was a choice: it says nothing of it."""


def command(folder: Path, **more: object) -> Command:
    return asked(folder, scenarios=["one_disable"], **more)


@pytest.mark.parametrize(
    ("said", "meant"), [(None, "all"), (Points.ALL, "all"), (Points.STANDARD, "standard")]
)
def test_a_night_has_all_points_unless_it_is_told_otherwise(
    tmp_path: Path, said: Points | None, meant: str
) -> None:
    options = options_of(command(tmp_path, points=said), None)
    plan = plan_of(options)
    assert options.points == meant
    assert {(target.points, target.races) for target in plan.targets} == {(meant, True)}
    assert plan.values()["--points"] == plan.points == meant


@pytest.mark.parametrize("points", Points)
def test_a_night_that_is_resumed_goes_on_as_it_began(tmp_path: Path, points: Points) -> None:
    begun = command(tmp_path, points=points)
    options = options_of(begun, None)
    begin(plan_of(options), options, tmp_path, begun.words)
    last = unfinished(tmp_path)
    assert last is not None
    again = options_of(command(tmp_path, resume=True), last.asked.options)
    assert again == options
    assert resume(plan_of(again), last).plan.points == points
    other = next(each for each in Points if each is not points)
    refused = options_of(command(tmp_path, points=other), last.asked.options)
    with pytest.raises(BadArgument, match=f"--points was {points} and is {other}"):
        resume(plan_of(refused), last)


def test_what_a_night_was_asked_for_before_it_said_so_had_standard_points(tmp_path: Path) -> None:
    values = plan_of(OLD).values()
    file = tmp_path / ASKED
    write_record(file, Asked("2026-01-01", "nightly", "/", "Linux", "", OLD, values))
    written = json.loads(file.read_text("utf-8"))
    del written["options"]["points"], written["values"]["--points"]
    file.write_text(json.dumps(written), "utf-8")
    read = read_record(Asked, file)
    assert read.options.points is Points.STANDARD
    assert changed(read.values, values) == []
    all_ = plan_of(replace(OLD, points=Points.ALL)).values()
    assert changed(read.values, all_) == ["--points was standard and is all"]
