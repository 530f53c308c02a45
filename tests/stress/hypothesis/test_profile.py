# SPDX-License-Identifier: GPL-2.0-only
"""Does a night draw other examples than the last one, even where a CI would draw the same?"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

TWICE = """
import sys
from hypothesis import given, settings, strategies as st

print(settings.get_current_profile_name())
if sys.argv[1:]:
    settings.load_profile(sys.argv[1])

def drawn():
    numbers = []
    @settings(max_examples=20)
    @given(st.integers())
    def test(number):
        numbers.append(number)
    test()
    return numbers

print(drawn() == drawn(), settings.default.database is None, settings.default.deadline)
"""


def under_ci(folder: Path, *words: str) -> str:
    """Run Python in a folder of its own as a CI does."""
    return subprocess.run(
        [sys.executable, *words],
        cwd=folder,
        env=os.environ | {"CI": "true"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout


@pytest.mark.parametrize(
    ("profile", "same_again"), [((), "True True None"), (("nightly",), "False False None")]
)
def test_a_ci_draws_the_same_each_time_and_keeps_nothing_unless_told(
    tmp_path: Path, profile: tuple[str, ...], same_again: str
) -> None:
    """The trap: Hypothesis chooses the profile `ci` by itself. Ours is there without an import."""
    assert under_ci(tmp_path, "-c", TWICE, *profile).splitlines() == ["ci", same_again]


IMPORTED = """
import importlib.metadata
import sys
from unittest import mock

def loaded():
    tops = ("harness", "vgic", "stress", "pytest", "_pytest")
    return {name for name in sys.modules if name.partition(".")[0] in tops}

ours = [e for e in importlib.metadata.entry_points(group="hypothesis") if e.name == "vgic_stress"]
with mock.patch("importlib.metadata.entry_points", return_value=ours):
    import hypothesis
print(hypothesis.settings.get_profile("nightly").max_examples, *sorted(loaded()))
"""
"""Imports Hypothesis where no other package has entered anything in its group."""


def test_who_imports_hypothesis_imports_little_of_ours_and_no_pytest(tmp_path: Path) -> None:
    imported = under_ci(tmp_path, "-c", IMPORTED)
    assert imported.split() == ["5000", "stress", "stress.nightly_profile"]


def test_pytest_takes_the_profile_without_a_line_in_conftest(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text("def test_it(): pass\n", "utf-8")
    session = under_ci(
        tmp_path, "-m", "pytest", "-v", "-p", "no:cacheprovider", "--hypothesis-profile=nightly"
    )
    assert "hypothesis profile 'nightly'" in session
    assert "1 passed" in session


def test_a_profile_of_the_users_own_stays(tmp_path: Path) -> None:
    program = (
        "from hypothesis import settings\n"
        "settings.register_profile('nightly', max_examples=7)\n"
        "import stress.hypothesis\n"
        "print(settings.get_profile('nightly').max_examples)"
    )
    assert under_ci(tmp_path, "-c", program) == "7\n"
