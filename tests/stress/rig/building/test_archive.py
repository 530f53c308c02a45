# SPDX-License-Identifier: GPL-2.0-only
"""The kernel's first file system: the format `newc`, the same bytes each time."""

import shutil
import stat
import subprocess

import pytest

from stress.rig.building.archive import File, archive, initramfs

HEADER = 110


def entries(data: bytes) -> dict[str, tuple[int, bytes, tuple[int, int]]]:
    """Read an archive as the kernel does: mode, content and device of each file."""
    found: dict[str, tuple[int, bytes, tuple[int, int]]] = {}
    at = 0
    while True:
        assert data[at : at + 6] == b"070701"
        fields = [int(data[at + 6 + 8 * n : at + 14 + 8 * n], 16) for n in range(13)]
        name_at = at + HEADER
        name = data[name_at : name_at + fields[11] - 1].decode()
        content_at = (name_at + fields[11] + 3) & ~3
        content = data[content_at : content_at + fields[6]]
        at = (content_at + fields[6] + 3) & ~3
        if name == "TRAILER!!!":
            assert at == len(data)
            return found
        found[name] = fields[1], content, (fields[9], fields[10])


def test_what_is_put_in_comes_out() -> None:
    files = entries(initramfs(b"\x7fELF of five", b"words"))
    assert list(files) == ["dev", "proc", "sys", "dev/console", "init", "plays.bin"]
    mode, content, _ = files["init"]
    assert (stat.S_ISREG(mode), mode & 0o777, content) == (True, 0o755, b"\x7fELF of five")
    assert files["plays.bin"][1] == b"words"
    mode, _, device = files["dev/console"]
    assert stat.S_ISCHR(mode)
    assert device == (5, 1)


@pytest.mark.parametrize("length", range(9))
def test_every_length_is_padded(length: int) -> None:
    name, content = "n" * (length + 1), bytes(range(length))
    packed = archive([File(name, 0o100644, content), File("z", 0o100644, b"z")])
    assert len(packed) % 4 == 0
    assert [each[1] for each in entries(packed).values()] == [content, b"z"]


def test_the_same_files_are_the_same_bytes() -> None:
    assert initramfs(b"a", b"b") == initramfs(b"a", b"b")
    assert initramfs(b"a", b"b") != initramfs(b"a", b"c")


@pytest.mark.skipif(shutil.which("cpio") is None, reason="there is no cpio to compare with")
def test_cpio_reads_it() -> None:
    done = subprocess.run(
        ["cpio", "--quiet", "-it"], input=initramfs(b"a", b"b"), capture_output=True, check=True
    )
    assert done.stdout.split() == [b"dev", b"proc", b"sys", b"dev/console", b"init", b"plays.bin"]
