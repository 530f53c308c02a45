# SPDX-License-Identifier: GPL-2.0-only
"""Which files are kernels that can be booted, and what is said of the others."""

import gzip
import lzma
import os
import shutil
import struct
import subprocess
from pathlib import Path

import pytest

from stress.rig.booting import image
from stress.rig.booting.image import BadImage, unpacked_image

IMAGE = b"MZ" + bytes(0x36) + b"ARM\x64" + b"the rest of a kernel"


def zboot(payload: bytes, offset: int = 64) -> bytes:
    head = b"MZ\0\0zimg" + struct.pack("<II", offset, len(payload))
    return head.ljust(offset, b"\0") + payload + b"behind it"


def zstd(data: bytes) -> bytes:
    return subprocess.run(["zstd", "-c"], input=data, capture_output=True, check=True).stdout


def test_a_plain_image_is_taken_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "vmlinuz").write_bytes(IMAGE)
    assert unpacked_image(tmp_path / "vmlinuz", tmp_path / "no folder") == tmp_path / "vmlinuz"


@pytest.mark.parametrize(
    "packed",
    [gzip.compress(IMAGE), lzma.compress(IMAGE), zboot(gzip.compress(IMAGE))],
    ids=["gzip", "xz", "zboot"],  # gzip enters the time, and a test is known by its name
)
def test_a_packed_image_is_unpacked(packed: bytes, tmp_path: Path) -> None:
    (tmp_path / "vmlinuz").write_bytes(packed)
    assert unpacked_image(tmp_path / "vmlinuz", tmp_path).read_bytes() == IMAGE


@pytest.mark.skipif(shutil.which("zstd") is None, reason="there is no zstd to pack with")
def test_one_packed_by_zstd_is_unpacked(tmp_path: Path) -> None:
    (tmp_path / "vmlinuz").write_bytes(zboot(zstd(IMAGE)))
    assert unpacked_image(tmp_path / "vmlinuz", tmp_path).read_bytes() == IMAGE


def test_without_zstd_it_is_said_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    (tmp_path / "vmlinuz").write_bytes(b"\x28\xb5\x2f\xfd....")
    with pytest.raises(BadImage, match="there is no `zstd`"):
        unpacked_image(tmp_path / "vmlinuz", tmp_path)


NO_IMAGES = {
    "empty": (b"", "it is empty"),
    "text": (b"a kernel, honestly", "no kernel's image"),
    "short": (b"MZ", "no kernel's image"),
    "a deb": (b"!<arch>\ndebian-binary", "a Debian package: `dpkg-deb -x"),
    "an rpm": (b"\xed\xab\xee\xdb", "an RPM package"),
    "vmlinux": (b"\x7fELF\x02", "the image is arch/arm64/boot/Image"),
    "for x86": (b"MZ" + bytes(0x200) + b"HdrS", "a kernel for x86"),
    "packed text": (gzip.compress(b"text"), "what is packed in it is no kernel's image"),
    "cut": (gzip.compress(IMAGE + bytes(9000))[:-9], "compressed, and cut short"),
    "damaged": (b"\x1f\x8b" + b"\xff" * 50, "compressed and damaged"),
    "damaged xz": (b"\xfd7zXZ\0" + b"\xff" * 50, "compressed and damaged"),
    "zboot of nothing": (b"MZ\0\0zimg", "it is empty"),
    "zboot beyond its end": (b"MZ\0\0zimg" + b"\xff" * 60, "it is empty"),
    "zboot of itself": (zboot(b"MZ\0\0zimg", 0), "no kernel's image"),
}


@pytest.mark.parametrize("name", NO_IMAGES)
def test_of_what_is_none_it_is_said_what_it_is(name: str, tmp_path: Path) -> None:
    content, said = NO_IMAGES[name]
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(BadImage) as refused:
        unpacked_image(path, tmp_path)
    assert said in str(refused.value)
    assert "arch/arm64/boot/Image of a build" in str(refused.value)


def test_a_folder_or_nothing_is_none(tmp_path: Path) -> None:
    with pytest.raises(BadImage, match="it is a folder"):
        unpacked_image(tmp_path, tmp_path)
    with pytest.raises(BadImage, match="No such file"):
        unpacked_image(tmp_path / "gone\x1b[2J", tmp_path)


def test_what_is_no_file_is_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/zero")):
        with pytest.raises(BadImage, match="a pipe or a device is not read"):
            unpacked_image(path, tmp_path)


def sized(takes: int) -> bytes:
    """Return an image that says how much memory it takes."""
    return IMAGE[:0x10] + struct.pack("<Q", takes) + IMAGE[0x18:]


def test_an_image_that_was_cut_is_none(tmp_path: Path) -> None:
    for packed in (sized(1000), gzip.compress(sized(1000))):
        (tmp_path / "cut").write_bytes(packed)
        with pytest.raises(BadImage, match="it is cut short: 80 bytes, of an image of 1000"):
            unpacked_image(tmp_path / "cut", tmp_path)
    (tmp_path / "whole").write_bytes(sized(len(IMAGE) * 5 // 4))
    assert unpacked_image(tmp_path / "whole", tmp_path) == tmp_path / "whole"


@pytest.mark.skipif(shutil.which("zstd") is None, reason="there is no zstd to pack with")
def test_one_packed_by_zstd_that_was_cut_is_none(tmp_path: Path) -> None:
    (tmp_path / "cut").write_bytes(zstd(IMAGE + os.urandom(200_000))[:-1000])
    with pytest.raises(BadImage, match="compressed by zstd, and cut short or damaged"):
        unpacked_image(tmp_path / "cut", tmp_path)


def test_what_takes_too_much_memory_to_unpack_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(image, "_XZ_MEMORY", 1 << 16)
    (tmp_path / "large").write_bytes(lzma.compress(IMAGE))
    with pytest.raises(BadImage, match="compressed and damaged: Memory usage limit"):
        unpacked_image(tmp_path / "large", tmp_path)


def test_nothing_is_unpacked_beyond_a_bound(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(image, "IMAGE_MAX", 1000)
    for packed in (gzip.compress(IMAGE + bytes(100_000)), lzma.compress(IMAGE + bytes(100_000))):
        (tmp_path / "bomb").write_bytes(packed)
        with pytest.raises(BadImage, match="or over"):
            unpacked_image(tmp_path / "bomb", tmp_path)
    (tmp_path / "large").write_bytes(IMAGE + bytes(1000))
    with pytest.raises(BadImage, match="larger than"):
        unpacked_image(tmp_path / "large", tmp_path)
