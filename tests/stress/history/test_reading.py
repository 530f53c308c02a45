# SPDX-License-Identifier: GPL-2.0-only
"""Is a record read as it was written, and is what is none refused, in one line that says why?"""

import errno
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from stress.history import (
    DamagedRecord,
    FindingRecord,
    NightRecord,
    read_record,
    reading,
    write_record,
)
from tests.stress.history.records import edge, finding, night

Change = Callable[[dict[str, Any]], object]


def damaged(tmp_path: Path, change: Change | bytes) -> str:
    """Return what is said of a finding's record that was changed."""
    file = tmp_path / "finding.json"
    write_record(file, finding(1))
    if isinstance(change, bytes):
        file.write_bytes(change)
    else:
        values = json.loads(file.read_text("utf-8"))
        change(values)
        file.write_text(json.dumps(values), "utf-8")
    with pytest.raises(DamagedRecord) as error:
        read_record(FindingRecord, file)
    said = str(error.value)
    assert said.startswith(str(file))
    assert said.isprintable()
    return said


@pytest.mark.parametrize("record", [finding(1, 2), night(3, edges=[edge("a", "b")])])
def test_it_is_read_as_it_was_written(record: FindingRecord | NightRecord, tmp_path: Path) -> None:
    write_record(tmp_path / "file", record)
    assert read_record(type(record), tmp_path / "file") == record


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda values: values.pop("token"), "token: "),
        (lambda values: values.update(more=1), "more: "),
        (lambda values: values.update(races=1), "races: "),
        (lambda values: values.update(message="two\nlines"), "not one printable line"),
        (lambda values: values.update(message="\x1b[31m"), "not one printable line"),
        (lambda values: values.update(message="x" * 1001), "message: "),
        (lambda values: values.update(format=2, more=1), "version 2, and this release reads"),
        (lambda values: values.update(format=2), "version 2, and this release reads"),
        (lambda values: values["sightings"][0].update(count=-1), "sightings.0.count: "),
        (lambda values: values["sightings"][0].update(count=10**400), "sightings.0.count: "),
        (lambda values: values["sightings"][0].update(seed=2**64), "sightings.0.seed: "),
    ],
)
def test_a_field_that_is_not_as_it_should_be_is_refused(
    change: Change, said: str, tmp_path: Path
) -> None:
    assert said in damaged(tmp_path, change)


@pytest.mark.parametrize(
    "data", [b"", b"{", b"[]", b"\xff\xfe", b"null", b"[" * 100_000, b"9" * 100_000, b"{}" * 2]
)
def test_what_is_no_record_is_refused(data: bytes, tmp_path: Path) -> None:
    assert "put back a copy of it" in damaged(tmp_path, data)


def test_too_many_values_are_refused_before_they_are_made(tmp_path: Path) -> None:
    assert "more than 1000000 values" in damaged(tmp_path, b"[" + b"1," * 1_000_001)


def test_too_many_bytes_are_refused_before_they_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = len(json.dumps(night(1).__dict__, default=vars))
    monkeypatch.setattr(reading, "SIZE_MAX", 2 * size)
    write_record(tmp_path / "file", night(1))
    assert read_record(NightRecord, tmp_path / "file") == night(1)
    assert "bytes" in damaged(tmp_path, b" " * 3 * size)
    with pytest.raises(OSError, match="file") as error:
        write_record(tmp_path / "file", night(1, troubles=["x" * 1000] * 10))
    assert error.value.errno == errno.EFBIG
    assert read_record(NightRecord, tmp_path / "file") == night(1)


def test_ten_years_of_sightings_fit(tmp_path: Path) -> None:
    record = finding(*[1] * 3650)
    write_record(tmp_path / "file", record)
    assert read_record(FindingRecord, tmp_path / "file") == record


def test_what_is_no_plain_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    os.symlink(tmp_path / "elsewhere", tmp_path / "link")
    for name, why in (("pipe", "no file"), ("folder", "no file"), ("link", "is a link")):
        with pytest.raises(DamagedRecord, match=why):
            read_record(FindingRecord, tmp_path / name)
    with pytest.raises(FileNotFoundError):
        read_record(FindingRecord, tmp_path / "nothing")


def test_what_could_not_be_read_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not one printable line"):
        write_record(tmp_path / "file", finding(1, message="two\nlines"))
    assert not (tmp_path / "file").exists()


def test_a_full_disk_is_named_and_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "file"
    write_record(file, finding(1))

    def full(_: Path, __: str) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(reading, "write_whole", full)
    with pytest.raises(OSError, match="No space left on device") as error:
        write_record(file, finding(1, 2))
    assert error.value.filename == str(file)
    assert read_record(FindingRecord, file) == finding(1)
