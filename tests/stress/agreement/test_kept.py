# SPDX-License-Identifier: GPL-2.0-only
"""Does the model still show what real kernels have shown, where it was mended once?"""

from pathlib import Path

import pytest

from stress.agreement.known import model_of, revision_of
from stress.agreement.outcomes import outcome
from stress.executions import Target
from tests.fixtures.kept_traces import FOLDER, kept_text, read_kept

FILES = sorted(FOLDER.glob("*.txt"))


def differing(file: Path, target: Target) -> list[tuple[str, str]]:
    """Return the programs of a file of which this kernel of the model shows something else."""
    model = model_of(target)
    return [
        (play.name, difference.name)
        for play, trace in read_kept(file)
        if (difference := outcome(play, trace, model).difference)
    ]


def test_there_are_traces_of_three_generations() -> None:
    assert {revision_of(file.stem) for file in FILES} == {"head-walk", "last-lr", "linux-7.3"}


@pytest.mark.parametrize(
    ("release", "revision"),
    [
        ("6.18.15+deb13-arm64", "classic"), ("6.19", "head-walk"), ("6.19.8+deb13", "head-walk"),
        ("6.19.10+deb13-arm64", "last-lr"), ("7.0.4", "last-lr"), ("7.3.3", "last-lr"),
        ("7.3.4+deb13-arm64", "linux-7.3"), ("7.10.1-mine", "linux-7.3"), ("", "linux-7.3"),
        ("a-kernel", "linux-7.3"),
    ],
)  # fmt: skip
def test_a_release_is_compared_with_its_generation(release: str, revision: str) -> None:
    assert revision_of(release) == revision


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_what_a_kernel_showed_is_a_possible_outcome(file: Path) -> None:
    assert len(list(read_kept(file))) >= 30
    assert differing(file, Target(revision_of(file.stem))) == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_broken_model_shows_something_else(file: Path) -> None:
    assert differing(file, Target(revision_of(file.stem), ("active_first_sort",)))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_kept_file_is_what_it_would_be_written_as(file: Path) -> None:
    kept = list(read_kept(file))
    traces = {play.name: trace for play, trace in kept}
    assert kept_text([play for play, _ in kept], traces) == file.read_text("utf-8")
