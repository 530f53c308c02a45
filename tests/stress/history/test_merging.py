# SPDX-License-Identifier: GPL-2.0-only
"""Do several folders become one history, the same in any order, and no other when done twice?"""

import errno
import os
from itertools import permutations
from pathlib import Path
from random import Random

import pytest

from stress.history import (
    FindingRecord,
    History,
    Mark,
    NightRecord,
    copying,
    merge,
    read_findings,
    read_nights,
)
from tests.stress.history.records import (
    MODEL,
    filed,
    finding,
    name_of,
    night,
    replayed,
    sighting,
    target,
)

EARLY = Mark("known", "noise", "", "2026-01-05T00:00:00Z")
LATE = Mark("invalid", "no bug", "", "2026-01-06T00:00:00Z")
AB = ("a", "b")


def machine(
    folder: Path,
    *records: FindingRecord | NightRecord,
    mark: Mark | None = None,
    token: str = "vs2-simplest",
) -> Path:
    """Return a folder with these records, a mark on its first finding, and files beside them."""
    filed(folder, *records)
    findings = [each for each in records if isinstance(each, FindingRecord)]
    if mark is not None:
        with History.open(folder) as history:
            history.mark(findings[0].id, mark)
    for each in findings:
        (folder / "findings" / f"finding-{each.id}" / "token").write_text(token)
    for done in (each for each in records if isinstance(each, NightRecord)):
        (folder / "runs" / done.night / "patches").mkdir()
        (folder / "runs" / done.night / "patches" / "0-mine.py").write_text(done.night)
        (folder / "runs" / done.night / "log.txt").write_text(f"{done.ended}\n")
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    """Return what is in every file of a history, but for its index."""
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in folder.rglob("*")
        if file.is_file() and not file.name.startswith("history.sqlite")
    }


@pytest.fixture
def three(tmp_path: Path) -> list[Path]:
    """Three machines' folders; the third is a copy of the first that has gone on."""
    others = finding(sighting(2, "b"), identity="other")
    first = finding(1, 2, replays=(replayed(2, "fails"),))
    second = finding(sighting(2, "b"), replays=(replayed(3, "passes", "b"),), token="vs2-b")
    third = finding(1, 2, 4, replays=(replayed(4, "fails"),), token="vs2-c")
    resumed = night(2, ended="later", resumed=1, targets=[target(executions=2000)])
    return [
        machine(tmp_path / "1", night(1), night(2), first, mark=LATE),
        machine(tmp_path / "2", night(2, "b"), night(3, "b"), second, others, token="b"),
        machine(tmp_path / "3", night(1), resumed, night(4), third, mark=EARLY, token="c"),
    ]


def test_folders_become_one_history_in_any_order(three: list[Path], tmp_path: Path) -> None:
    merged = []
    for number, order in enumerate(permutations(three)):
        into = tmp_path / f"into-{number}"
        done = merge(order, into)
        assert done.notes == []
        assert done.added == 2
        merged.append(contents(into))
    assert all(each == merged[0] for each in merged)
    assert [each.night for each in read_nights(tmp_path / "into-0", print)] == [
        name_of(1), name_of(2), name_of(2, "b"), name_of(3, "b"), name_of(4),
    ]  # fmt: skip
    found = read_findings(tmp_path / "into-0", print)
    kept = found[finding(1).id]
    seen = [(each.night, each.token) for each in kept.record.sightings]
    assert seen == [
        (name_of(1), "vs2-found-1a"),
        (name_of(2), "vs2-found-2a"),
        (name_of(2, "b"), "vs2-found-2b"),
        (name_of(4), "vs2-found-4a"),
    ]
    assert [each.outcome for each in kept.record.replays] == ["fails", "passes", "fails"]
    assert (kept.record.token, kept.mark) == ("vs2-c", LATE)
    assert (kept.folder / "token").read_text() == "c"
    assert len(found) == 2
    log = tmp_path / "into-0" / "runs" / name_of(2) / "log.txt"
    assert log.read_text() == "later\n"


def test_merging_again_changes_nothing(three: list[Path], tmp_path: Path) -> None:
    into = tmp_path / "into"
    merge(three, into)
    before = contents(into), {file: file.stat().st_mtime_ns for file in into.rglob("*.*")}
    for again in (three, three[:1], three[2:], [into]):
        done = merge(again, into)
        assert (done.nights, done.added, done.changed) == (0, 0, 0)
    after = contents(into), {file: file.stat().st_mtime_ns for file in into.rglob("*.*")}
    for name, value in after[1].items():
        assert "sqlite" in name.name or value == before[1][name]
    assert after[0] == before[0]


def test_one_after_the_other_is_as_all_at_once(three: list[Path], tmp_path: Path) -> None:
    merge(three, tmp_path / "at once")
    for source in reversed(three):
        merge([source], tmp_path / "one by one")
    merge(three[:2], tmp_path / "pair")
    merge([three[2], tmp_path / "pair"], tmp_path / "by way of another")
    expected = contents(tmp_path / "at once")
    assert contents(tmp_path / "one by one") == expected
    assert contents(tmp_path / "by way of another") == expected


def test_what_is_merged_is_found_by_its_seed(three: list[Path], tmp_path: Path) -> None:
    merge(three, tmp_path / "into")
    with History.open(tmp_path / "into") as history:
        assert history.notes == []
        assert len(history.token_of(MODEL, 7, 12)) == 3


def test_the_sources_are_as_they_were(three: list[Path], tmp_path: Path) -> None:
    before = [contents(source) for source in three]
    merge(three, tmp_path / "into")
    assert [contents(source) for source in three] == before


@pytest.mark.parametrize("seed", range(4))
def test_any_folders_in_any_order(seed: int, tmp_path: Path) -> None:
    random = Random(seed)
    sources = []
    for number in range(3):
        records = []
        for identity in ("x", "y"):
            seen = [
                sighting(at, random.choice(AB), count=random.choice((1, 2)))
                for at in random.sample(range(1, 4), 2)
            ]
            token = f"vs2-{random.randrange(3)}"
            records.append(finding(*seen, identity=identity, token=token))
        nights = [night(1, "a", resumed=random.randrange(3)), night(2, random.choice(AB))]
        mark = random.choice((None, EARLY, LATE))
        folder = tmp_path / str(number)
        sources.append(machine(folder, *records, *nights, mark=mark, token=str(number)))
    merged = []
    for number, order in enumerate(permutations(sources)):
        merge(order, tmp_path / f"into-{number}")
        found = read_findings(tmp_path / f"into-{number}", print).items()
        known = [(id_, kept.record, kept.mark, kept.folder.name) for id_, kept in sorted(found)]
        merged.append((known, read_nights(tmp_path / f"into-{number}", print)))
    assert all(each == merged[0] for each in merged)


def test_a_night_that_has_not_ended_is_left_out(tmp_path: Path) -> None:
    source = machine(tmp_path / "source", night(1))
    (source / "runs" / name_of(2)).mkdir()
    (source / "runs" / name_of(2) / "journal.jsonl").touch()
    assert merge([source], tmp_path / "into").nights == 1
    assert not (tmp_path / "into" / "runs" / name_of(2)).exists()


def test_nothing_comes_in_through_links(tmp_path: Path) -> None:
    source = machine(tmp_path / "source", finding(1), night(1))
    place = source / "findings" / f"finding-{finding(1).id}"
    (place / "passwords").symlink_to("/etc/passwd")
    os.mkfifo(source / "runs" / name_of(1) / "pipe")
    (source / "runs" / name_of(1) / "away").symlink_to("/etc")
    done = merge([source], tmp_path / "into")
    assert len([note for note in done.notes if "left out" in note]) == 3
    assert not [file for file in (tmp_path / "into").rglob("*") if file.is_symlink()]
    assert not list((tmp_path / "into").rglob("p*s"))[1:]


def test_nothing_goes_out_through_links(tmp_path: Path) -> None:
    source = machine(tmp_path / "source", finding(1))
    (tmp_path / "into" / "findings").mkdir(parents=True)
    (tmp_path / "outside").mkdir()
    place = tmp_path / "into" / "findings" / f"finding-{finding(1).id}"
    place.symlink_to(tmp_path / "outside")
    done = merge([source], tmp_path / "into")
    assert list((tmp_path / "outside").iterdir()) == []
    assert done.added == 0
    assert any("is a link" in note for note in done.notes)


def test_a_link_to_a_folder_in_a_night_is_not_written_through(tmp_path: Path) -> None:
    source = machine(tmp_path / "source", night(1))
    (tmp_path / "outside").mkdir()
    (tmp_path / "into" / "runs" / name_of(1)).mkdir(parents=True)
    (tmp_path / "into" / "runs" / name_of(1) / "patches").symlink_to(tmp_path / "outside")
    assert any("is a link" in note for note in merge([source], tmp_path / "into").notes)
    assert list((tmp_path / "outside").iterdir()) == []


def test_damaged_records_are_left_where_they_are(tmp_path: Path) -> None:
    source = machine(tmp_path / "source", finding(1), finding(2, identity="other"), night(1))
    (source / "findings" / f"finding-{finding(1).id}" / "finding.json").write_text("{")
    (source / "runs" / name_of(1) / "summary.json").write_text("[]")
    done = merge([source], tmp_path / "into")
    assert (done.nights, done.added) == (0, 1)
    assert len(done.notes) == 2


def test_where_it_was_stopped_it_is_done_again(
    three: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    merge(three, tmp_path / "whole")
    usual, copied = copying._copy_file, 0

    def full(source: str, to: Path) -> None:
        nonlocal copied
        copied += 1
        if copied > 4:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(to))
        usual(source, to)

    with monkeypatch.context() as patch:
        patch.setattr(copying, "_copy_file", full)
        with pytest.raises(OSError, match="No space left"):
            merge(three, tmp_path / "into")
    merge(three, tmp_path / "into")
    assert contents(tmp_path / "into") == contents(tmp_path / "whole")
