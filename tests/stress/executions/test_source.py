# SPDX-License-Identifier: GPL-2.0-only
"""Does the digest of the model's source change exactly when an edit can change what a seed does?"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import harness
import stress
import vgic
from stress.executions.source import model_digest

PRINT_DIGEST = "from stress.executions.source import model_digest; print(model_digest())"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Return a folder with a copy of the three rooms."""
    for room in (harness, vgic, stress):
        source = Path(str(room.__file__)).parent
        shutil.copytree(source, tmp_path / source.name, ignore=shutil.ignore_patterns("*.pyc"))
    return tmp_path


def digest_of(copy: Path) -> str:
    printed = subprocess.run(
        [sys.executable, "-c", PRINT_DIGEST],
        cwd=copy,
        env=os.environ | {"PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return printed.stdout.strip()


def edit(path: Path) -> None:
    path.write_text(path.read_text("utf-8") + "\n# An edit.\n", "utf-8")


def test_a_copy_elsewhere_has_the_same_digest(copy: Path) -> None:
    assert digest_of(copy) == model_digest()


DECIDING = [
    *(
        "vgic/kernel/prune.py",
        "harness/engine/scheduler.py",
        "stress/scenarios/inject_while_eoicount.py",
    ),
    *(f"stress/campaign/{name}.py" for name in ("campaign", "order", "plan", "portfolio")),
    "stress/jobs/work.py",
    "stress/executions/single.py",
    "stress/nights/lane.py",
    "stress/scenarios/scenario.py",
]


@pytest.mark.parametrize("name", DECIDING)
def test_an_edit_of_model_harness_or_scenario_changes_the_digest(copy: Path, name: str) -> None:
    edit(copy / name)
    assert digest_of(copy) != model_digest()


def test_a_new_file_of_the_model_changes_the_digest(copy: Path) -> None:
    (copy / "vgic" / "revisions" / "mine.py").write_text("", "utf-8")
    assert digest_of(copy) != model_digest()


def test_an_edit_of_what_only_reports_does_not_change_the_digest(copy: Path) -> None:
    for name in ("reporting/verdict", "findings/store", "jobs/local_pool", "executions/token"):
        edit(copy / "stress" / f"{name}.py")
    assert digest_of(copy) == model_digest()


def test_whatever_draws_or_chooses_is_one_of_them() -> None:
    """Who uses streams or strategies decides, or hands them on from one who does."""
    hands_on = {
        "campaign/canaries.py",
        "campaign/comparing.py",
        "campaign/floors.py",
        "campaign/outlook.py",
        "commands/list.py",
        "commands/options.py",
        "commands/searching.py",
        "executions/differing.py",
        "hypothesis/checking.py",
        "hypothesis/schedules.py",
        "inputs/arguments.py",
        "nights/legs.py",
        "nights/night.py",
        "nights/orders.py",
        "nights/summing.py",
        "plugin/calls.py",
        "plugin/programs.py",
        "plugin/trying.py",
        "reporting/asked.py",
    }
    room = Path(str(stress.__file__)).parent
    uses = {
        path.relative_to(room).as_posix()
        for path in room.rglob("*.py")
        if "harness.search.strategies import" in path.read_text("utf-8")
    }
    deciding = {name.removeprefix("stress/") for name in DECIDING}
    assert not {path for path in uses - deciding - hands_on if not path.startswith("scenarios/")}


def test_the_digest_is_short_and_hexadecimal() -> None:
    assert len(model_digest()) == 12
    assert int(model_digest(), 16) >= 0
