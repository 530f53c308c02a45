# SPDX-License-Identifier: GPL-2.0-only
"""Does a history give back what was put into it, and only that?"""

import os
from pathlib import Path

import pytest

from stress.history import History, Mark, Stored, folders
from tests.stress.history.records import (
    MODEL,
    TARGET,
    edge,
    filed,
    finding,
    name_of,
    night,
    sighting,
)

KNOWN = Mark("known", "we know", "2027-01-01", "2026-11-29T12:00:00+00:00")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "nights"


def test_a_new_history_is_empty_and_has_its_folders(folder: Path) -> None:
    with History.open(folder) as history:
        assert (history.findings(), history.nights(), history.notes) == ({}, [], [])
    assert (folder / "findings").is_dir()
    assert (folder / "runs").is_dir()


def test_what_was_filed_comes_back(folder: Path) -> None:
    record, other = finding(1, 2), finding(2, identity="other")
    filed(folder, night(2), night(10), night(1), record, other)
    with History.open(folder) as history:
        found = history.findings()
        assert {kept.record.id: kept.record for kept in found.values()} == {
            record.id: record,
            other.id: other,
        }
        assert found[record.id].folder == folder / "findings" / f"finding-{record.id}"
        assert history.nights() == [night(1), night(2), night(10)]
        assert history.notes == []


def test_a_finding_filed_again_is_one(folder: Path) -> None:
    filed(folder, finding(1))
    filed(folder, finding(1, 2))
    with History.open(folder) as history:
        (kept,) = history.findings().values()
    assert kept.record == finding(1, 2)


def test_a_finding_beside_another_is_found(folder: Path) -> None:
    filed(folder, finding(1))
    beside = finding(1, identity="other")
    with History.open(folder) as history:
        first = history.findings()[finding(1).id].folder
        history.file(beside, first / "also" / "it")
        assert history.findings()[beside.id].folder == first / "also" / "it"


def test_a_finding_is_filed_in_the_folder_only(folder: Path, tmp_path: Path) -> None:
    with History.open(folder) as history, pytest.raises(ValueError, match="is not in"):
        history.file(finding(1), folder / "findings" / ".." / ".." / "elsewhere")
    assert not (tmp_path / "elsewhere").exists()


def test_a_night_is_called_as_nights_are(folder: Path) -> None:
    with History.open(folder) as history, pytest.raises(ValueError, match="no night is called"):
        history.night_ended(night(1, night="../../elsewhere"))


def test_a_mark_is_kept_and_taken_back(folder: Path) -> None:
    filed(folder, finding(1))
    id_ = finding(1).id
    with History.open(folder) as history:
        assert history.findings()[id_].mark is None
        history.mark(id_, KNOWN)
        assert history.findings()[id_].mark == KNOWN
        history.file(finding(1, 2), history.findings()[id_].folder)
        assert history.findings()[id_].mark == KNOWN
        history.mark(id_, None)
        history.mark(id_, None)
        assert history.findings()[id_].mark is None
        with pytest.raises(KeyError):
            history.mark("0" * 12, KNOWN)


def test_what_has_not_changed_is_not_read_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    filed(folder, finding(1), finding(2, identity="other"))
    read, usual = list[Path](), folders.read_finding

    def noted(place: Path, say: folders.TakesNote) -> folders.Kept | None:
        read.append(place)
        return usual(place, say)

    with History.open(folder) as history, History.open(folder) as elsewhere:
        monkeypatch.setattr(folders, "read_finding", noted)
        place = history.findings()[finding(1).id].folder
        history.findings()
        assert len(read) == 2
        elsewhere.file(finding(1, 2), place)
        assert history.findings()[finding(1).id].record == finding(1, 2)
        elsewhere.mark(finding(1).id, KNOWN)
        assert history.findings()[finding(1).id].mark == KNOWN
        (place / "finding.json").unlink()
        assert list(history.findings()) == [finding(2, identity="other").id]


def test_the_token_of_a_seed_survives_its_model(folder: Path) -> None:
    filed(folder, finding(1, sighting(2, model="f" * 12)))
    with History.open(folder) as history:
        (stored,) = history.token_of(MODEL, 7, 11)
        record = finding(1, sighting(2, model="f" * 12))
        assert stored == Stored(record, record.sightings[0])
        assert history.token_of("f" * 12, 7, 12)[0].sighting.token == "vs2-found-2a"
        # Another model, seed or execution is another execution.
        assert not history.token_of("f" * 12, 7, 11)
        assert not history.token_of(MODEL, 8, 11)
        assert not history.token_of(MODEL, 7, 12)


def test_orders_of_locks_are_those_of_all_nights(folder: Path) -> None:
    first, second = edge("a", "b", "vs2-1"), edge("b", "c", "vs2-2")
    others = [edge("c", "d", target="other"), edge("c", "d", source="0f" * 8)]
    filed(
        folder,
        night(1, edges=[first, *others]),
        night(2, edges=[edge("a", "b", "vs2-later"), second]),
        night(3, model="f" * 12, edges=[edge("d", "e")]),
    )
    with History.open(folder) as history:
        assert history.edges(TARGET, "", MODEL) == [first, second]


def test_links_are_not_followed(folder: Path, tmp_path: Path) -> None:
    outside = filed(tmp_path / "outside", finding(1), night(1))
    with History.open(folder) as history:
        os.symlink(next((outside / "findings").iterdir()), folder / "findings" / "linked")
        os.symlink(next((outside / "runs").iterdir()), folder / "runs" / name_of(1))
        inside = folder / "findings" / "inside"
        inside.mkdir()
        os.symlink(next((outside / "findings").rglob("finding.json")), inside / "finding.json")
        assert history.findings() == {}
        assert history.nights() == []
        assert [note.partition(": ")[2] for note in history.notes if "not followed" in note] == [
            "it is a link; it is not followed"
        ] * 2
        assert any("it is a link;" in note and "inside" in note for note in history.notes)


def test_nothing_is_written_through_links(folder: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    with History.open(folder) as history:
        (folder / "findings" / "link").symlink_to(outside)
        (folder / "runs" / name_of(1)).symlink_to(outside)
        with pytest.raises(ValueError, match="is not in"):
            history.file(finding(1), folder / "findings" / "link")
        with pytest.raises(ValueError, match="is not in"):
            history.night_ended(night(1))
        (folder / "findings" / "true").mkdir()
        (folder / "findings" / "true" / "finding.json").symlink_to(outside / "finding.json")
        history.file(finding(1), folder / "findings" / "true")
        assert list(history.findings()) == [finding(1).id]
    assert list(outside.iterdir()) == []


def test_a_link_in_the_place_of_a_folder_is_refused(folder: Path, tmp_path: Path) -> None:
    folder.mkdir()
    os.symlink(tmp_path, folder / "findings")
    with pytest.raises(NotADirectoryError, match="it is a link"):
        History.open(folder)


def test_a_file_in_the_place_of_a_folder_is_refused(folder: Path) -> None:
    folder.mkdir()
    (folder / "runs").touch()
    with pytest.raises(FileExistsError, match="runs"):
        History.open(folder)


def test_of_two_folders_with_one_finding_one_is_taken(folder: Path) -> None:
    filed(folder, finding(1))
    with History.open(folder) as history:
        history.file(finding(1), folder / "findings" / "zz")
        (kept,) = history.findings().values()
        assert kept.folder.name != "zz"
        assert any("the same finding" in note for note in history.notes)
