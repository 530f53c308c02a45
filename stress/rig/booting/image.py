# SPDX-License-Identifier: GPL-2.0-only
"""What a user names as a kernel's image: looked at before anything is started.

An emulator that gets something else says nothing at all. Taken are plain arm64 images, those that
are compressed as a file (Ubuntu's vmlinuz), and those that unpack themselves under EFI (`zboot`,
Fedora's vmlinuz), which are unpacked here, since there is no EFI.
"""

import lzma
import shutil
import struct
import subprocess
import tempfile
import zlib
from pathlib import Path

from harness.engine import printable_name

IMAGE_MAX = 512 << 20
"""No image is larger, nor what it unpacks to."""

_SIZE_AT, _SIZE = 0x10, struct.Struct("<Q")
_MAGIC_AT, _MAGIC = 0x38, b"ARM\x64"
_GZIP, _XZ, _ZSTD = b"\x1f\x8b", b"\xfd7zXZ\0", b"\x28\xb5\x2f\xfd"
_XZ_MEMORY = 256 << 20
_ZBOOT = b"MZ\0\0zimg"
_ZBOOT_PAYLOAD = struct.Struct("<II")

_NOT_IMAGES = (
    (b"!<arch>\n", "a Debian package: `dpkg-deb -x FILE FOLDER` unpacks it, the image is vmlinuz"),
    (b"\xed\xab\xee\xdb", "an RPM package: `rpm2cpio FILE | cpio -id` unpacks it"),
    (b"\x7fELF", "an ELF file, perhaps vmlinux: the image is arch/arm64/boot/Image"),
)


class BadImage(Exception):
    """A file is no arm64 kernel that can be booted; the message says what it is instead."""


def unpacked_image(path: Path, folder: Path) -> Path:
    """Return a kernel's image that an emulator can load.

    Args:
        path: what the user has named.
        folder: where it is unpacked to, if it has to be.

    Raises:
        BadImage: it is no image, or cannot be read.
        OSError: it cannot be written where it is unpacked to.
    """
    data = _read(path)
    if _is_image(data):
        _check_size(path, data)
        return path
    image = _unpacked(path, data)
    if not _is_image(image):
        raise _refused(path, f"what is packed in it is {_kind(image)}")
    _check_size(path, image)
    unpacked = folder / "Image"
    unpacked.write_bytes(image)
    return unpacked


def _read(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise _refused(path, "it is a folder: name the image itself, such as vmlinuz in it")
        if path.exists() and not path.is_file():
            raise _refused(path, "it is no file: a pipe or a device is not read")
        with path.open("rb") as file:
            if path.stat().st_size > IMAGE_MAX:
                raise _refused(path, f"it is larger than {IMAGE_MAX >> 20} MiB")
            return file.read(IMAGE_MAX)
    except OSError as error:
        raise _refused(path, f"it cannot be read: {error.strerror}") from error


def _is_image(data: bytes) -> bool:
    return data[_MAGIC_AT : _MAGIC_AT + len(_MAGIC)] == _MAGIC


def _check_size(path: Path, image: bytes) -> None:
    """Refuse what was cut: an image says how much memory it takes, with little that is no file."""
    (takes,) = _SIZE.unpack_from(image, _SIZE_AT)
    if len(image) < takes // 2:
        raise _refused(path, f"it is cut short: {len(image)} bytes, of an image of {takes}")


def _unpacked(path: Path, data: bytes) -> bytes:
    """Return what is packed in an image."""
    if data.startswith(_ZBOOT):
        offset, size = _ZBOOT_PAYLOAD.unpack_from(data.ljust(16, b"\0"), len(_ZBOOT))
        data = data[offset : offset + size]
    if data.startswith(_ZSTD):
        return _unpacked_by_zstd(path, data)
    if not data.startswith((_GZIP, _XZ)):
        raise _refused(path, f"it is {_kind(data)}")
    is_gzip = data.startswith(_GZIP)
    unpacker = (
        zlib.decompressobj(wbits=31) if is_gzip else lzma.LZMADecompressor(memlimit=_XZ_MEMORY)
    )
    try:
        image = unpacker.decompress(data, IMAGE_MAX)
    except (zlib.error, lzma.LZMAError) as error:
        raise _refused(path, f"it is compressed and damaged: {error}") from error
    if not unpacker.eof:
        raise _refused(path, f"it is compressed, and cut short or over {IMAGE_MAX >> 20} MiB")
    return image


def _unpacked_by_zstd(path: Path, data: bytes) -> bytes:
    program = shutil.which("zstd")
    if program is None:
        raise _refused(path, "it is compressed by zstd, and there is no `zstd` to unpack it with")
    with tempfile.TemporaryFile() as packed:
        packed.write(data)
        packed.seek(0)
        with subprocess.Popen(
            [program, "-dcq"], stdin=packed, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        ) as process:
            assert process.stdout is not None
            image = process.stdout.read(IMAGE_MAX + 1)
            if len(image) > IMAGE_MAX:
                process.kill()
    if len(image) <= IMAGE_MAX and process.returncode:
        raise _refused(path, "it is compressed by zstd, and cut short or damaged")
    if len(image) > IMAGE_MAX:
        raise _refused(path, f"it is compressed, and over {IMAGE_MAX >> 20} MiB")
    return image


def _kind(data: bytes) -> str:
    """Say what a file is that is no image."""
    if not data:
        return "empty"
    for magic, words in _NOT_IMAGES:
        if data.startswith(magic):
            return words
    if data[0x202:0x206] == b"HdrS":
        return "a kernel for x86"
    return "no kernel's image"


def _refused(path: Path, why: str) -> BadImage:
    return BadImage(
        f"{printable_name(str(path))} is no arm64 kernel that can be booted: {why} (an image is "
        "/boot/vmlinuz-VERSION of an arm64 distribution, or arch/arm64/boot/Image of a build)"
    )
