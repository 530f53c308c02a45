# SPDX-License-Identifier: GPL-2.0-only
"""Is everything of a finding kept, each session's apart, and nothing lost where it cannot be?"""

import errno
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from stress.findings import store as keeping
from stress.findings.example import Example
from stress.findings.finding import Finding
from stress.findings.store import Keeper, keep

MakeExample = Callable[..., Example]


def found(example: Example) -> Finding:
    return Finding("scenario", 17, "pct", example)


def test_tokens_story_timeline_and_test_are_kept(example: MakeExample, tmp_path: Path) -> None:
    kept = keep(found(example("I16 missed kick", "vs1-small")), tmp_path / "new")
    assert kept is not None
    assert (kept / "token").read_text("utf-8") == "vs1-small\n"
    assert (kept / "original.token").read_text("utf-8") == "vs1-small-as-found\n"
    assert {path.name for path in kept.iterdir()} == {
        "token", "original.token", "report.txt", "commit.txt", "trace.txt", "timeline.json",
        "test_repro.py",
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


def test_two_sessions_at_once_keep_one_finding_in_one_whole_folder(
    example: MakeExample, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = found(replace(example("I16 missed kick", "vs1-a"), mends=("announce_pending",)))
    write, places = keeping.write_example, []

    def write_while_another_session_keeps_it(
        example: Example, place: Path, scenario: str = ""
    ) -> None:
        monkeypatch.setattr(keeping, "write_example", write)
        monkeypatch.setattr(os, "getpid", lambda: -1)
        places.append(keep(one, tmp_path))
        write(example, place, scenario)

    monkeypatch.setattr(keeping, "write_example", write_while_another_session_keeps_it)
    places.append(keep(one, tmp_path))
    assert places[0] is not None
    assert places == [places[0]] * 2
    assert list(tmp_path.iterdir()) == places[:1]
    assert (places[0] / "report.txt").exists()


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


def test_what_was_found_gives_way_to_what_it_shrinks_to(
    example: MakeExample, tmp_path: Path
) -> None:
    keeper = Keeper(tmp_path)
    keeper.confirmed(1, found(example("deadlock", "vs1-a-as-found")))
    assert [(path / "token").read_text("utf-8") for path in tmp_path.iterdir()] == [
        "vs1-a-as-found\n"
    ]
    kept = keeper.settled(1, found(example("deadlock", "vs1-a")))
    assert list(tmp_path.iterdir()) == [kept]
    assert kept is not None
    assert (kept / "token").read_text("utf-8") == "vs1-a\n"


def test_what_turns_out_to_be_known_is_not_kept_twice(example: MakeExample, tmp_path: Path) -> None:
    keeper = Keeper(tmp_path)
    keeper.confirmed(1, found(example("deadlock", "vs1-a")))
    assert keeper.settled(1, None) is None
    assert list(tmp_path.iterdir()) == []


def test_what_another_session_has_kept_stays(example: MakeExample, tmp_path: Path) -> None:
    theirs = keep(found(example("deadlock", "vs1-a-as-found")), tmp_path)
    keeper = Keeper(tmp_path)
    keeper.confirmed(1, found(example("deadlock", "vs1-a-as-found")))
    ours = keeper.settled(1, found(example("deadlock", "vs1-a")))
    assert set(tmp_path.iterdir()) == {theirs, ours}


def test_where_the_shrunk_one_has_no_room_the_other_one_stays(
    example: MakeExample, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeper = Keeper(tmp_path)
    keeper.confirmed(1, found(example("deadlock", "vs1-a-as-found")))

    def full(path: Path, text: str) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(keeping, "write_whole", full)
    kept = keeper.settled(1, found(example("deadlock", "vs1-a")))
    assert kept is not None
    assert (kept / "token").read_text("utf-8") == "vs1-a-as-found\n"


def test_with_no_folder_nothing_is_kept(
    example: MakeExample, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    keeper = Keeper(None)
    keeper.confirmed(1, found(example("deadlock", "vs1-a")))
    assert keeper.settled(1, found(example("deadlock", "vs1-a"))) is None
    assert list(tmp_path.iterdir()) == []
