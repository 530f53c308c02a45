# SPDX-License-Identifier: GPL-2.0-only
"""Is what was damaged in any way refused or made again? In full: tests/benchmarks/damage.py."""

from pathlib import Path
from random import Random

import pytest

from tests.benchmarks.damage import case, damaged, made, template, wrong_with
from tests.stress.history import damages
from tests.stress.history.records import night

FOUND = (269, 857, 1139)
"""Cases that were wrong once."""


@pytest.fixture
def before(tmp_path: Path) -> dict[str, bytes]:
    return template(tmp_path / "template")


def test_what_is_damaged_is_refused_or_made_again(before: dict[str, bytes], tmp_path: Path) -> None:
    folder = tmp_path / "nights"
    folder.mkdir()
    wrong = {number: case(number, folder, before) for number in (*range(100), *FOUND)}
    assert {number: each for number, each in wrong.items() if each} == {}


@pytest.mark.parametrize("damage", damages.SELDOM)
def test_what_is_too_large_is_not_read(
    damage: damages.Damage, before: dict[str, bytes], tmp_path: Path
) -> None:
    folder = tmp_path / "nights"
    for number, name in enumerate(sorted(before)):
        made(folder, before)
        damage(Random(number), folder / name)
        assert wrong_with(folder, {name}) == []


def test_a_loss_is_noticed(before: dict[str, bytes], tmp_path: Path) -> None:
    folder = tmp_path / "nights"
    made(folder, before)
    assert wrong_with(folder, set()) == []
    made(folder, before)
    (folder / "runs" / night(1).night / "summary.json").write_text("{}")
    assert wrong_with(folder, set()) == [f"{night(1).night} is lost"]


def test_the_same_number_is_the_same_damage(before: dict[str, bytes], tmp_path: Path) -> None:
    hurt = []
    for name in ("one", "other"):
        made(tmp_path / name, before)
        hurt.append([damaged(Random(number), tmp_path / name, before) for number in range(5)])
    assert hurt[0] == hurt[1]
