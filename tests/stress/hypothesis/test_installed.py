# SPDX-License-Identifier: GPL-2.0-only
"""Is all there in an install without what only developers have, and does the README work?"""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.docs.pages import ROOT, blocks

IMPORTED_AS = {"pyyaml": "yaml"}
WITHOUT = """
import sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {absent!r}:
            raise ModuleNotFoundError(name)

sys.meta_path.insert(0, Absent())
from stress.hypothesis import VirtualMachine, check_machine, machines
machines().validate()
"""

IN_LITTLE_TIME = """
from hypothesis import HealthCheck, Phase, settings

settings.register_profile(
    "little",
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("little")
"""


def only_for_developers() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    extras = project["project"]["optional-dependencies"]
    groups = (*project["dependency-groups"].values(), *extras.values())
    names = [re.split(r"[^\w-]", each)[0] for group in groups for each in group]
    return {IMPORTED_AS.get(name, name) for name in names} | {"tests"}


def test_the_strategies_need_nothing_that_only_developers_have(tmp_path: Path) -> None:
    absent = only_for_developers()
    assert {"greenlet", "distributed", "yaml", "tests"} <= absent
    subprocess.run([sys.executable, "-c", WITHOUT.format(absent=absent)], cwd=tmp_path, check=True)


def examples(page: str) -> list[str]:
    """Return the tests that a page shows."""
    shown = [each.body for each in blocks((ROOT / page).read_text("utf-8"))]
    return [body for body in shown if "from stress.hypothesis import" in body]


@pytest.mark.parametrize("example", examples("docs/hypothesis.md"))
def test_an_example_of_the_page_defines_tests(example: str) -> None:
    names: dict[str, object] = {"__name__": "example"}
    exec(example, names)
    assert [name for name in names if name.lower().startswith("test")]


def test_the_example_of_the_readme_finds_what_it_says(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text(IN_LITTLE_TIME, "utf-8")
    (tmp_path / "test_mine.py").write_text(examples("README.md")[0], "utf-8")
    session = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONHASHSEED": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert session.returncode == 1, session.stdout
    assert "I16 missed kick" in session.stdout
    line = re.search(r"replay: vgic-stress (replay vs2-\S+ --revision \S+)$", session.stdout, re.M)
    assert line is not None, session.stdout
    replay = subprocess.run(
        [sys.executable, "-m", "stress", *line[1].split()],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert replay.returncode == 1, replay.stdout + replay.stderr
