# SPDX-License-Identifier: GPL-2.0-only
"""Does the model still show what real kernels have shown, where it was mended once?"""

from pathlib import Path

import pytest

from stress.agreement.known import model_of
from stress.agreement.outcomes import outcome
from stress.executions import Target
from tests.fixtures.kept_traces import FOLDER, kept_text, read_kept
from vgic import DEFAULT

FILES = sorted(FOLDER.glob("*.txt"))
IS_WRONG = {"6.19.8": "head-walk"}
"""Releases that are not as the reference, and the revision that they are."""


def revision_of(file: Path) -> str:
    return IS_WRONG.get(file.stem.partition("+")[0], DEFAULT)


def differing(file: Path, target: Target) -> list[tuple[str, str]]:
    """Return the programs of a file of which this kernel of the model shows something else."""
    model = model_of(target)
    return [
        (play.name, difference.name)
        for play, trace in read_kept(file)
        if (difference := outcome(play, trace, model).difference)
    ]


def test_there_are_traces_of_a_kernel_that_is_right_and_of_one_that_is_not() -> None:
    assert {revision_of(file) for file in FILES} == {DEFAULT, "head-walk"}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_what_a_kernel_showed_is_a_possible_outcome(file: Path) -> None:
    assert len(list(read_kept(file))) >= 30
    assert differing(file, Target(revision_of(file))) == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_broken_model_shows_something_else(file: Path) -> None:
    broken = Target(bugs=("active_first_sort",)) if revision_of(file) == DEFAULT else Target()
    assert differing(file, broken)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_kept_file_is_what_it_would_be_written_as(file: Path) -> None:
    kept = list(read_kept(file))
    traces = {play.name: trace for play, trace in kept}
    assert kept_text([play for play, _ in kept], traces) == file.read_text("utf-8")
