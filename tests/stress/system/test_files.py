# SPDX-License-Identifier: GPL-2.0-only
"""Is a file there whole, or as it was before?"""

import errno
import os
from pathlib import Path

import pytest

from stress.system.files import is_replaceable, write_whole


def test_a_file_is_written_and_written_over(tmp_path: Path) -> None:
    for text in ("one", "another"):
        write_whole(tmp_path / "file", text)
        assert (tmp_path / "file").read_text("utf-8") == text
    assert os.listdir(tmp_path) == ["file"]


def test_what_utf_8_cannot_say_is_said_in_backslash_form(tmp_path: Path) -> None:
    write_whole(tmp_path / "file", "a \udc80 name")
    assert (tmp_path / "file").read_text("utf-8") == "a \\udc80 name"


def test_what_was_there_stays_if_there_is_no_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_whole(tmp_path / "file", "one")

    def full(path: Path, data: bytes) -> int:
        with path.open("wb") as file:
            file.write(data[:1])
        raise OSError("No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="No space"):
        write_whole(tmp_path / "file", "another")
    assert os.listdir(tmp_path) == ["file"]
    assert (tmp_path / "file").read_text("utf-8") == "one"


def test_a_link_stays_one(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("file")
    write_whole(tmp_path / "link", "text")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "file").read_text("utf-8") == "text"


def test_a_pipe_is_written_to(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    write_whole(tmp_path / "pipe", "text")
    assert os.read(reader, 100) == b"text"
    os.close(reader)


def test_a_pipe_that_nobody_reads_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="No such device or address"):
        write_whole(tmp_path / "pipe", "text")


def test_a_file_that_cannot_be_replaced_is_written_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As it is with a file that is mounted by itself."""
    write_whole(tmp_path / "file", "one")

    def busy(path: Path, target: Path) -> None:
        raise OSError(errno.EBUSY, "Device or resource busy")

    monkeypatch.setattr(Path, "replace", busy)
    write_whole(tmp_path / "file", "another")
    assert os.listdir(tmp_path) == ["file"]
    assert (tmp_path / "file").read_text("utf-8") == "another"


def test_what_another_has_open_is_not_replaced(tmp_path: Path) -> None:
    with (tmp_path / "file").open("w+", encoding="utf-8") as file:
        path = Path(f"/proc/self/fd/{file.fileno()}")
        assert not is_replaceable(path)
        write_whole(path, "text")
        assert file.read() == "text"
