# SPDX-License-Identifier: GPL-2.0-only
"""Is a night of a user's own scenarios gone on with from its copies, and joined from its parts?"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from stress.commands.night_asked import Command, options_of, plan_of
from stress.executions import Target
from stress.history import History, NightRecord
from stress.inputs import BadArgument
from stress.jobs.executor import Executor
from stress.nights import (
    Around,
    NightPlan,
    Opened,
    Tonight,
    begin,
    join_parts,
    night_record,
    resume,
    run_night,
    unfinished,
)
from stress.nights.entries import Sought
from stress.scenarios import SCENARIOS, ScenarioFile
from tests.fixtures.own_scenarios import scenario_text

Write = Callable[..., Path]
NAME = "two_edges"


def asked(folder: Path, *files: Path, **more: object) -> Command:
    command = Command(
        out=folder / "nights",
        words=("vgic-stress", "nightly"),
        scenarios=[],
        scenario_files=list(map(str, files)),
        revisions=[],
        points=None,
        judge=None,
        seed=7,
        executions=16,
        duration_s=None,
        shard=None,
        resume=False,
        only_new=False,
        jobs=1,
        hang_s=60.0,
        dry_run=False,
        quiet=True,
        cluster="",
        verbose=0,
        log_json=False,
    )
    return replace(command, **more)  # type: ignore[arg-type]


def opened(command: Command) -> Opened:
    options = options_of(command, None)
    begun = begin(plan_of(options), options, command.out, command.words)
    begun.journal.add(Sought([], []))  # that canaries are found is the command's test
    return begun


def run(night: Opened, folder: Path, executor: Executor) -> NightRecord:
    with History.open(folder / "nights") as history:
        tonight = Tonight(
            night.plan,
            night.place,
            night.asked.begun,
            history,
            night.journal,
            executor,
            lambda: False,
        )
        run_night(tonight, lambda so_far: None)
        record = night_record(tonight, Around("", [], night.asked.begun))
        history.night_ended(record)
    return record


def test_without_names_it_has_those_of_the_file_and_says_so(
    scenario_file: Write, tmp_path: Path, inside_pool: Executor
) -> None:
    file = scenario_file()
    night = opened(asked(tmp_path, file))
    (own,) = SCENARIOS.registered
    record = run(night, tmp_path, inside_pool)
    assert record.own_scenarios == [f"mine.py {own.digest}"]
    assert [cell.scenario for cell in record.targets[0].cells] == [NAME]
    assert record.targets[0].executions == 16
    assert record.explored == []


def test_it_has_a_copy_that_is_read_in_place_of_the_file(
    scenario_file: Write, tmp_path: Path
) -> None:
    file = scenario_file()
    night = opened(asked(tmp_path, file))
    copy = night.place / "scenarios" / "0-mine.py"
    assert copy.read_bytes() == file.read_bytes()
    (own,) = SCENARIOS.registered
    assert own.source == ScenarioFile(file, copy)
    file.unlink()
    SCENARIOS.take(())
    SCENARIOS.take([own])
    assert SCENARIOS[NAME].parameters(7, 0).nr_lr == 1


def test_gone_on_with_it_knows_its_file_and_refuses_another(
    scenario_file: Write, tmp_path: Path, inside_pool: Executor
) -> None:
    file = scenario_file()
    opened(asked(tmp_path, file))
    SCENARIOS.forget(file)
    last = unfinished(tmp_path / "nights")
    assert last is not None
    goes_on = asked(tmp_path, resume=True)
    scenario_file(scenario_text(first="# another one"))
    changed = plan_of(options_of(goes_on, last.asked.options))
    with pytest.raises(BadArgument, match=r"--scenarios was mine.py \w+ and is mine.py \w+; ask"):
        resume(changed, last)
    other = scenario_file(scenario_text("other"), file="other.py")
    plan = plan_of(options_of(replace(goes_on, scenario_files=[str(other)]), last.asked.options))
    with pytest.raises(BadArgument, match="the scenarios was two_edges and is other"):
        resume(plan, last)
    scenario_file()
    again = resume(plan_of(options_of(goes_on, last.asked.options)), last)
    assert run(again, tmp_path, inside_pool).targets[0].executions == 16


def test_its_parts_are_one_night_without_the_file(
    scenario_file: Write, tmp_path: Path, inside_pool: Executor
) -> None:
    file = scenario_file()
    parts = [
        run(opened(asked(tmp_path, file, shard=(part, 2))), tmp_path, inside_pool)
        for part in (1, 2)
    ]
    assert sum(part.targets[0].executions for part in parts) == 16
    SCENARIOS.forget(file)
    file.unlink()
    with History.open(tmp_path / "nights") as history:
        (line,) = join_parts(history)
        (whole,) = history.nights()
    assert line.endswith(f" are now {whole.night}")
    assert whole.own_scenarios == parts[0].own_scenarios
    assert whole.targets[0].executions == 16
    assert whole.targets[0].reasons == [
        "two_edges: 16 executions, at least 600 are needed for a verdict"
    ]


def test_what_a_night_is_asked_for_has_the_hash_of_the_file(scenario_file: Write) -> None:
    file = scenario_file()
    SCENARIOS.register(ScenarioFile(file))
    plan = NightPlan((Target(),), (NAME,), 7, 16, None)
    before = plan.values()["--scenarios"]
    scenario_file(scenario_text(first="# another one"))
    SCENARIOS.register(ScenarioFile(file))
    assert plan.values()["--scenarios"] not in (before, "none")
    assert NightPlan((Target(),), ("one_interrupt",), 7, 16, None).values()["--scenarios"] == "none"
