# SPDX-License-Identifier: GPL-2.0-only
"""Are scenarios of the user's own run, explored and left for the night like those delivered?"""

import json
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from harness import Streams
from stress.scenarios import SCENARIOS, SHIPPED
from tests.fixtures.own_scenarios import HEAD, scenario_text

Done = subprocess.CompletedProcess[str]
Run = Callable[..., Done]
Write = Callable[..., Path]

NAME = "two_edges"
OWN = ("--scenarios", "mine.py")


def last(done: Done) -> str:
    return done.stdout.splitlines()[-1]


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory, run_in: Run) -> tuple[Path, Done]:
    """Return the folder of a run of a user's scenario on a kernel with a bug, and what it said."""
    folder = tmp_path_factory.mktemp("own")
    (folder / "mine.py").write_text(HEAD + scenario_text(), "utf-8")
    words = ("run", *OWN, "--bug", "kick_without_request", "--seed", 7, "-q")
    done = run_in(folder, *words, "--jobs", 2, "--executions", 50, "--json", "result.json")
    (folder / "mine.py").unlink()
    return folder, done


def test_what_is_found_names_the_scenario_and_replays_without_its_file(
    found: tuple[Path, Done], here: Run
) -> None:
    folder, done = found
    assert done.returncode == 1, done.stdout + done.stderr
    result = json.loads((folder / "result.json").read_text("utf-8"))
    assert result["scenarios"] == [NAME]
    (own,) = result["own_scenarios"]
    assert re.fullmatch(r"mine\.py [0-9a-f]{16}", own)
    (kept,) = (folder / "vgic-stress-findings").iterdir()
    assert f"\nfound in {NAME}\n" in (kept / "report.txt").read_text("utf-8")
    assert f"\nFound in the scenario {NAME}.\n" in (kept / "test_repro.py").read_text("utf-8")
    again = here("replay", result["findings"][0]["token"])
    assert again.returncode == 1, again.stderr
    assert f"vgic-stress replay: {NAME} on " in again.stdout
    assert "(same digest)" in last(again)


def test_its_executions_are_the_same_for_any_number_of_jobs(
    found: tuple[Path, Done], scenario_file: Write, here: Run
) -> None:
    scenario_file()
    words = ("run", *OWN, "--bug", "kick_without_request", "--seed", 7, "-q", "--jobs", 1)
    done = here(*words, "--executions", 50)
    assert done.returncode == 1, done.stdout + done.stderr
    assert done.stdout == found[1].stdout


def test_they_are_listed_with_where_they_are_from(scenario_file: Write, here: Run) -> None:
    scenario_file(scenario_text("a"), scenario_text("b"))
    done = here("list", "scenarios", *OWN)
    assert "\na  " in done.stdout
    assert "routed away meanwhile. [Never]\n    from mine.py\nb" in done.stdout
    rows = json.loads(here("list", "scenarios", *OWN, "--json").stdout)
    assert [row["name"] for row in rows if row["origin"] == "mine.py"] == ["a", "b"]
    assert len(rows) == len(SHIPPED) + 2
    assert here("list", "bugs", *OWN).returncode == 0


@pytest.mark.parametrize("command", ["run", "list scenarios", "explore a", "nightly --duration 1h"])
def test_a_file_that_cannot_be_used_is_bad_input(
    command: str, scenario_file: Write, here: Run
) -> None:
    for text, said in (("1 / 0", "ZeroDivisionError"), ("", "has no scenario: ")):
        scenario_file(text)
        done = here(*command.split(), *OWN)
        assert done.returncode == 2
        assert said in done.stderr
        assert done.stderr.startswith("vgic-stress: mine.py ")
        assert done.stderr.count("\n") == 1
    scenario_file().unlink()
    done = here(*command.split(), *OWN)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "mine.py cannot be read: No such file or directory" in done.stderr


def test_of_a_name_that_is_not_there_the_nearest_is_suggested(
    scenario_file: Write, here: Run
) -> None:
    scenario_file()
    done = here("run", "two_edge", *OWN)
    assert done.returncode == 2
    assert "there is no scenario 'two_edge'; did you mean two_edges" in done.stderr.replace(
        "'?", ""
    )


LATE = "1 / (0 if streams.stream('param:x').pick(40) == 0 else 1)"


def first_that_fails(seed: int) -> int:
    return next(
        index for index in range(1000) if Streams(seed, NAME, index).stream("param:x").pick(40) == 0
    )


def test_one_that_fails_in_an_execution_is_at_fault_and_no_bug_of_ours(
    scenario_file: Write, here: Run, tmp_path: Path
) -> None:
    file = scenario_file(scenario_text(first=LATE))
    index = first_that_fails(7)
    assert index == 8
    words = ("run", *OWN, "--seed", 7, "-q", "--jobs", 1, "--executions", 50)
    done = here(*words, "--json", tmp_path / "r.json")
    assert done.returncode == 1, done.stdout + done.stderr
    said = "the scenario two_edges (mine.py) draws no machine for execution 8 of seed 7: line 13"
    assert said in done.stdout
    assert last(done).startswith("FAILURE: the scenario is at fault in ")
    result: dict[str, Any] = json.loads((tmp_path / "r.json").read_text("utf-8"))
    assert result["harness_bugs"] == []
    assert len(result["faults"]) == 1
    explored = here("explore", NAME, "--scenarios", file, "--seed", 7, "--execution", index)
    assert explored.returncode == 1
    assert said in explored.stdout
    assert last(explored).startswith("FAILURE: the scenario is at fault: two_edges on reference")
    other = here("explore", NAME, "--scenarios", file, "--seed", 7, "--limit", 3)
    assert other.returncode == 4, other.stdout + other.stderr


BY_HASH = (
    "return _fixed(streams)._replace(nr_lr=1 + (streams.stream('param:x').pick(16) == 13"
    " and hash('a') % 9))"
)
FIXED = """
def _fixed(streams):
    irq, pulse = Irq(32, Config.EDGE, 0, 0), Pulse(32, True, 0)
    return Parameters(1, (irq,), (Program.spelled("", (0,)),), ((pulse,),))
"""


def test_one_that_hashes_is_named_though_it_draws_the_same_twice(
    scenario_file: Write, vgic_stress: Run
) -> None:
    scenario_file(FIXED, scenario_text("rarely", BY_HASH))
    done = vgic_stress("run", *OWN, "--seed", 1, "-q", "--jobs", 1, "--executions", 300)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "the scenario rarely (mine.py) is not deterministic: for execution " in done.stdout
    assert "it drew another machine in another process" in done.stdout
    assert "HARNESS BUG" not in done.stdout + done.stderr


@pytest.fixture
def distribution(tmp_path: Path) -> Iterator[Path]:
    """Return a folder with a distribution that has scenarios: one by name, a module of others."""
    site = tmp_path / "site"
    facts = site / "tiny_scenarios-1.2.dist-info"
    facts.mkdir(parents=True)
    (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: tiny-scenarios\nVersion: 1.2\n")
    (facts / "entry_points.txt").write_text(
        "[vgic_stress.scenarios]\none = tiny_scenarios:by_name\nall = tiny_scenarios.others\n"
    )
    package = site / "tiny_scenarios"
    package.mkdir()
    (package / "__init__.py").write_text(HEAD + scenario_text("by_name"), "utf-8")
    (package / "others.py").write_text(HEAD + scenario_text("in_module"), "utf-8")
    before = SCENARIOS.registered
    yield site
    SCENARIOS.take(before)


def test_those_of_a_distribution_are_listed_and_run_by_workers(
    distribution: Path, run_in: Run, tmp_path: Path
) -> None:
    path = {"PYTHONPATH": str(distribution)}
    rows = json.loads(run_in(tmp_path, "list", "scenarios", "--json", **path).stdout)
    assert {row["name"]: row["origin"] for row in rows[len(SHIPPED) :]} == {
        "in_module": "tiny_scenarios.others of tiny-scenarios 1.2",
        "by_name": "tiny_scenarios:by_name of tiny-scenarios 1.2",
    }
    words = ("run", "by_name", "in_module", "--seed", 7, "--execution", 3, "-q")
    done = run_in(tmp_path, *words, **path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert last(done).startswith("SUCCESS: no finding in 2 executions")


def test_a_distribution_that_cannot_be_used_is_named_and_hides_none_of_ours(
    distribution: Path, here: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    (distribution / "tiny_scenarios" / "others.py").write_text("1 / 0\n")
    monkeypatch.syspath_prepend(distribution)
    monkeypatch.setattr(SCENARIOS, "_has_looked", False)
    done = here("list", "scenarios")
    assert done.returncode == 2
    assert (
        "entry point all = tiny_scenarios.others of tiny-scenarios 1.2 of the group" in done.stderr
    )
    assert "ZeroDivisionError" in done.stderr
    assert "uninstall it" in done.stderr
    assert here("explore", "one_interrupt", "--preemptions", 0).returncode == 0
