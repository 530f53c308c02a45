# SPDX-License-Identifier: GPL-2.0-only
"""Are findings and tokens the same however a session runs its tests, with others beside it?

Each session is a process of its own; they are compared by what each test says at last.
"""

import os
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

TESTS = """
import pytest
from harness import Cell
from vgic import Reference

class Leaky(Reference):
    def replug_overflow(self, vcpu):
        pass

def loses(scheduler):
    counter, ended = Cell(scheduler, "sum", "0", 0), []
    def add():
        counter.write(counter.read() + 1)
        ended.append(counter.value)
        assert len(ended) < 2 or counter.value == 2, "an update is lost"
    for role in "abc":
        scheduler.thread(role, add)

@pytest.mark.schedules(executions=40)
@pytest.mark.parametrize("which", range(2))
def test_program(schedules, which):
    schedules.explore(loses)

@pytest.mark.schedules(executions=40, shards=2)
def test_clean(schedules):
    schedules.scenario("one_interrupt")

@pytest.mark.vgic_stress("inject_while_eoicount", executions=9, kernel=Leaky)
def test_kernel():
    pass
"""
SHUFFLED = """
import os, random

def pytest_collection_modifyitems(items):
    random.Random(os.environ["SHUFFLED_BY"]).shuffle(items)
"""
QUICK = ["-p", "no:hypothesispytest"]
SESSIONS = {
    "alone": [*QUICK, "-p", "no:xdist"],
    "four workers": [*QUICK, "-n", "4", "--dist", "load"],
    "by file": ["-n", "2", "--dist", "loadfile"],
    "stealing": [*QUICK, "-n", "2", "--dist", "worksteal"],
}
"""One has Hypothesis' plugin too, which takes each process as long to load as all the rest."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("project")
    (folder / "test_it.py").write_text(TESTS, "utf-8")
    (folder / "conftest.py").write_text(SHUFFLED, "utf-8")
    return folder


@pytest.fixture(scope="module")
def said(folder: Path) -> dict[str, str]:
    """Return what each session has said; the last two have run at the same time."""
    texts: dict[str, str] = {}
    for together in (["alone"], ["four workers"], ["by file", "stealing"]):
        running = {name: start(folder, name) for name in together}
        texts |= {name: process.communicate(timeout=120)[0] for name, process in running.items()}
    return texts


def start(folder: Path, name: str) -> subprocess.Popen[str]:
    words = ["-p", "no:cacheprovider", "--junitxml", f"{name}.xml", *SESSIONS[name]]
    return subprocess.Popen(
        [sys.executable, "-m", "pytest", *words],
        cwd=folder,
        env=os.environ | {"SHUFFLED_BY": name},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def cases(folder: Path, name: str) -> dict[str, list[str]]:
    """Return what JUnit XML has of each test: what replays it, and what it says but where."""
    found: dict[str, list[str]] = {}
    for case in ElementTree.parse(folder / f"{name}.xml").iter("testcase"):
        replays = [str(each.get("value")) for each in case.iter("property")]
        texts = [str(each.text).split("\nkept in ")[0].split("\n  kept in ")[0] for each in case]
        found[str(case.get("name"))] = [*replays, *texts]
    return found


def table(text: str) -> list[list[str]]:
    """Return the table at the end of a session, without the seconds."""
    rows = [line.split() for line in text.splitlines() if re.search(r"\d  test_it\.py::", line)]
    return [row[:4] + row[5:] for row in rows]


@pytest.mark.parametrize("name", SESSIONS)
def test_findings_and_tokens_are_those_of_a_session_alone(
    folder: Path, said: dict[str, str], name: str
) -> None:
    assert "3 failed, 2 passed" in said[name], said[name]
    first, these = cases(folder, "alone"), cases(folder, name)
    assert these == first
    assert sum("--vgic-replay" in text for texts in these.values() for text in texts[:1]) == 3
    assert table(said[name]) == table(said["alone"])
    assert len(table(said[name])) == 5


def test_each_test_has_schedules_of_its_own(folder: Path, said: dict[str, str]) -> None:
    text = said["alone"]
    assert len(set(re.findall(r"\(seed\s+(\d+)\)", text))) == 2, text


def test_all_of_them_have_kept_the_same_whole_findings(folder: Path, said: dict[str, str]) -> None:
    kept = sorted((folder / "vgic-stress-findings").iterdir())
    assert [re.sub("-[0-9a-f]{8}$", "", each.name) for each in kept] == [
        "loses-exception",
        "replug_overflow",
    ]
    for each in kept:
        text = (each / "token").read_text("utf-8").strip()
        assert all(text in output for output in said.values())
        assert (each / "report.txt").exists()
