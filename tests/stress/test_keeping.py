# SPDX-License-Identifier: GPL-2.0-only
"""Is everything of a finding kept, each session's apart, and nothing lost where it cannot be?"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from stress.campaign import Finding
from stress.inquiry import Example
from stress.keeping import keep

MakeExample = Callable[..., Example]


def found(example: Example) -> Finding:
    return Finding("scenario", 17, "pct", example)


def test_tokens_story_timeline_and_test_are_kept(example: MakeExample, tmp_path: Path) -> None:
    kept = keep(found(example("I16 missed kick", "vs1-small")), tmp_path / "new")
    assert kept is not None
    assert (kept / "token").read_text("utf-8") == "vs1-small\n"
    assert (kept / "original.token").read_text("utf-8") == "vs1-small-as-found\n"
    assert {path.name for path in kept.iterdir()} == {
        "token", "original.token", "report.txt", "commit.txt", "timeline.json", "test_repro.py",
    }  # fmt: skip


def test_the_folder_tells_the_kind(example: MakeExample, tmp_path: Path) -> None:
    kept = keep(found(example("deadlock", "vs1-a")), tmp_path)
    assert kept is not None
    assert kept.name.startswith("deadlock-")


def test_the_same_finding_is_kept_once_and_another_apart(
    example: MakeExample, tmp_path: Path
) -> None:
    same = [keep(found(example("deadlock", "vs1-a")), tmp_path) for _ in range(2)]
    other = keep(found(example("deadlock", "vs1-b")), tmp_path)
    assert same[0] == same[1] != other
    assert len(list(tmp_path.iterdir())) == 2


def test_where_no_folder_can_be_made_there_is_none(example: MakeExample, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file, not a folder", "utf-8")
    assert keep(found(example("deadlock", "vs1-a")), tmp_path / "taken") is None


def test_a_text_that_no_file_could_hold_is_kept_escaped(
    example: MakeExample, tmp_path: Path
) -> None:
    told = replace(example("deadlock", "vs1-a"), columns="one\ntwo \udc80\x1b[2J")
    kept = keep(found(told), tmp_path)
    assert kept is not None
    assert "one\ntwo \\udc80\\x1b[2J\n" in (kept / "report.txt").read_text("utf-8")
