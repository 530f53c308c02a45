# SPDX-License-Identifier: GPL-2.0-only
"""Is the journal what was added to it, whatever happens to its file?"""

import errno
import os
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stress.nights.entries import Begun, Ended, Entry, Tried, Trouble
from stress.nights.journal import Journal

ENTRIES: list[Entry] = [
    Begun("2026-11-29T22:00:00Z"),
    Tried("0123456789ab", "fails"),
    Trouble("worker 1 died"),
]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return the file of a journal with three entries."""
    path = tmp_path / "journal.jsonl"
    journal = Journal(path)
    for entry in ENTRIES:
        journal.add(entry)
    return path


def test_it_holds_what_was_added(path: Path) -> None:
    journal = Journal(path)
    assert (journal.entries, journal.notes) == (ENTRIES, [])


def test_a_line_that_was_cut_off_is_put_aside_and_said(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-3])
    journal = Journal(path)
    assert journal.entries == ENTRIES[:2]
    assert "journal.jsonl.damaged" in journal.notes[0]
    assert b"worker 1" in path.with_name("journal.jsonl.damaged").read_bytes()
    journal.add(Ended("2026-11-30T06:00:00Z"))
    again = Journal(path)
    assert (again.entries, again.notes) == ([*ENTRIES[:2], Ended("2026-11-30T06:00:00Z")], [])


def test_nothing_after_a_damaged_line_counts(path: Path) -> None:
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(lines[0] + lines[1].replace(b"fails", b"passe") + lines[2])
    assert Journal(path).entries == ENTRIES[:1]


def test_an_entry_that_is_whole_but_none_of_ours_counts_no_more_than_a_damaged_one(
    path: Path,
) -> None:
    text = b'{"kind":"begun","at":"now","more":1}'
    line = sha256(text).hexdigest()[:16].encode() + b" " + text + b"\n"
    path.write_bytes(line + path.read_bytes())
    assert Journal(path).entries == []


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_becomes_of_the_file_what_is_read_was_written(
    path: Path, data: st.DataObject
) -> None:
    whole = path.read_bytes()
    place = data.draw(st.integers(0, len(whole) - 1))
    cut = data.draw(st.booleans())
    byte = data.draw(st.integers(0, 255))
    damaged = whole[:place] + (b"" if cut else bytes([byte]) + whole[place + 1 :])
    other = path.with_name("other.jsonl")
    other.write_bytes(damaged)
    entries = Journal(other).entries
    assert entries == ENTRIES[: len(entries)]
    before = sum(len(line) <= place for line in _ends(whole))
    assert len(entries) >= min(before, 3)


def _ends(whole: bytes) -> list[bytes]:
    lines = whole.splitlines(keepends=True)
    return [b"".join(lines[: n + 1]) for n in range(len(lines))]


def test_a_full_disk_leaves_it_as_it_was(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal, before = Journal(path), path.read_bytes()

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space"):
            journal.add(Ended("2026-11-30T06:00:00Z"))
    assert path.read_bytes() == before
    journal.add(Ended("2026-11-30T06:00:00Z"))
    assert Journal(path).entries == [*ENTRIES, Ended("2026-11-30T06:00:00Z")]
