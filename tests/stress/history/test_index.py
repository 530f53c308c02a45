# SPDX-License-Identifier: GPL-2.0-only
"""Does an index only say where to look, and is nothing lost with it?"""

import fcntl
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from stress.history import History, database, folders, index
from tests.stress.history.records import MODEL, TARGET, edge, filed, finding, night, sighting

EDGES = [edge("a", "b"), edge("b", "c")]
ASKED = MODEL, 7, 11


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of a history of two nights and two findings."""
    return filed(
        tmp_path / "nights",
        night(1, edges=EDGES),
        night(2, edges=EDGES),
        finding(1),
        finding(2, identity="other"),
    )


def notes_of(folder: Path) -> list[str]:
    """Open the history, check that it answers as it should, and return its notes."""
    with History.open(folder) as history:
        assert [stored.record for stored in history.token_of(*ASKED)] == [finding(1)]
        assert history.edges(TARGET, "", MODEL) == EDGES
        return history.notes


def asides(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if "damaged" in path.name)


def test_only_what_the_index_names_is_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[Path] = []
    for name in ("read_finding", "read_night"):
        usual = getattr(folders, name)

        def noted(
            place: Path, say: folders.TakesNote, usual: Callable[..., object] = usual
        ) -> object:
            read.append(place)
            return usual(place, say)

        monkeypatch.setattr(folders, name, noted)
    assert notes_of(folder) == []
    assert [place.name for place in read] == [f"finding-{finding(1).id}", night(1).night]


def test_it_is_made_again_if_it_is_not_there(folder: Path) -> None:
    (folder / index.NAME).unlink()
    (note,) = notes_of(folder)
    assert "did not know 4 records" in note
    assert notes_of(folder) == []
    assert asides(folder) == []


def other_version(file: Path) -> None:
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA user_version = 7")
    connection.close()


def other_tables(file: Path) -> None:
    with sqlite3.connect(file) as connection:
        connection.execute("DROP INDEX edges_by_file")
        connection.execute(
            "CREATE VIEW edges_by_file AS WITH RECURSIVE endless(n) AS "
            "(SELECT 1 UNION ALL SELECT n + 1 FROM endless) SELECT n FROM endless"
        )
    connection.close()


def a_folder(file: Path) -> None:
    file.unlink()
    file.mkdir()
    (file / "something").touch()


def a_link(file: Path) -> None:
    file.rename(file.with_name("elsewhere"))
    file.symlink_to("elsewhere")


def a_pipe(file: Path) -> None:
    file.unlink()
    os.mkfifo(file)


def a_log_that_is_a_folder(file: Path) -> None:
    file.with_name(f"{file.name}-wal").mkdir()


def too_large(file: Path) -> None:
    os.truncate(file, database.SIZE_MAX + 1)


def a_key_that_is_not_in_its_index(file: Path) -> None:
    data = file.read_bytes()
    assert data.count(b"many_interrupts") > 1
    file.write_bytes(data.replace(b"many_interrupts", b"many_interrupt_", 1))


@pytest.mark.parametrize(
    ("damage", "why"),
    [
        (lambda file: file.write_bytes(b"no database at all" * 100), "not a database"),
        (lambda file: os.truncate(file, file.stat().st_size // 2), "malformed"),
        (lambda file: os.truncate(file, 50), "malformed"),
        (other_version, "it is of version 7, and this release reads 1"),
        (other_tables, "it has other tables than were made"),
        (a_key_that_is_not_in_its_index, "it is damaged"),
        (a_folder, "is no plain file"),
        (a_link, "is no plain file"),
        (a_pipe, "is no plain file"),
        (a_log_that_is_a_folder, "history.sqlite-wal is no plain file"),
        (too_large, "more than 268435456 bytes"),
    ],
)
def test_what_cannot_be_used_is_moved_aside_and_made_again(
    damage: Callable[[Path], object], why: str, folder: Path
) -> None:
    damage(folder / index.NAME)
    first, second = notes_of(folder)
    assert why in first
    assert "moved to history.sqlite.damaged-1 and made again" in first
    assert "did not know 4 records" in second
    assert asides(folder)[0].startswith("history.sqlite.damaged-1")
    assert notes_of(folder) == []


def test_an_empty_file_is_no_damage(folder: Path) -> None:
    (folder / index.NAME).write_bytes(b"")
    (note,) = notes_of(folder)
    assert "did not know 4 records" in note


def test_the_last_few_that_were_damaged_are_kept(folder: Path) -> None:
    for number in range(5):
        (folder / index.NAME).write_text(f"damaged {number}")
        notes_of(folder)
    kept = [(folder / name).read_text() for name in asides(folder)]
    assert kept == ["damaged 2", "damaged 3", "damaged 4"]


def test_nothing_that_is_in_a_folder_is_removed(folder: Path) -> None:
    for _ in range(3):
        a_folder(folder / index.NAME)
        notes_of(folder)
    a_folder(folder / index.NAME)
    assert "all folders are read" in notes_of(folder)[0]
    assert len(list(folder.glob("history.sqlite*/something"))) == 4


def test_what_was_written_beside_it_is_indexed_at_the_next_opening(folder: Path) -> None:
    with History.open(folder.parent / "elsewhere") as history:
        history.file(finding(3, identity="third"), history.folder / "findings" / "third")
        history.night_ended(night(3, edges=[edge("c", "d")]))
    (folder.parent / "elsewhere" / "findings" / "third").rename(folder / "findings" / "third")
    (folder.parent / "elsewhere" / "runs" / night(3).night).rename(folder / "runs" / night(3).night)
    with History.open(folder) as history:
        assert history.token_of(MODEL, 7, 13)
        assert history.edges(TARGET, "", MODEL) == [*EDGES, edge("c", "d")]
        assert "did not know 2 records" in history.notes[0]


def test_what_has_gone_is_forgotten(folder: Path) -> None:
    place = folder / "runs" / night(1).night
    (place / "summary.json").rename(place / "gone")
    assert notes_of(folder) == []
    (folder / "findings" / f"finding-{finding(1).id}").rename(folder / "gone")
    with History.open(folder) as history:
        assert not history.token_of(*ASKED)


def test_a_record_that_was_damaged_since_is_skipped(folder: Path) -> None:
    with History.open(folder) as history:
        (folder / "findings" / f"finding-{finding(1).id}" / "finding.json").write_text("{}")
        assert not history.token_of(*ASKED)
        assert "cannot be used" in history.notes[0]


def test_two_at_once_know_what_either_has_written(folder: Path) -> None:
    with History.open(folder) as one, History.open(folder) as other:
        one.file(finding(3, identity="one"), folder / "findings" / "one")
        other.file(finding(4, identity="other one"), folder / "findings" / "other")
        for history in (one, other):
            assert history.token_of(MODEL, 7, 13)
            assert history.token_of(MODEL, 7, 14)
            assert history.notes == []


def test_what_cannot_be_indexed_is_in_its_folder(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    with History.open(folder) as history:
        with monkeypatch.context() as patch:
            patch.setattr(index.Index, "put", full)
            history.file(finding(3, identity="third"), folder / "findings" / "third")
        assert "disk is full" in history.notes[0]
        assert history.token_of(MODEL, 7, 13)
    assert notes_of(folder) == [
        f"{folder}: its index did not know 1 record; now it does",
    ]


def test_whoever_is_at_it_for_long_is_not_waited_for(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "_LOCK_S", -1.0)
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        assert "another process has been at its index" in notes_of(folder)[0]
    finally:
        os.close(descriptor)
    assert notes_of(folder) == []


def test_a_locked_database_is_not_taken_for_a_damaged_one(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "_BUSY_S", 0.0)
    (folder / "runs" / night(2).night).rename(folder / "gone")
    connection = sqlite3.connect(folder / index.NAME, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    assert "database is locked" in notes_of(folder)[0]
    connection.close()
    assert asides(folder) == []


def test_names_that_no_text_can_have_are_indexed(folder: Path) -> None:
    place = os.fsencode(folder / "findings" / "x") + b"\xff\x1b["
    record = finding(sighting(3), identity="third")
    with History.open(folder) as history:
        history.file(record, Path(os.fsdecode(place)))
        assert history.token_of(MODEL, 7, 13)[0].record == record
    assert notes_of(folder) == []
