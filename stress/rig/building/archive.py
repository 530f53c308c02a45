# SPDX-License-Identifier: GPL-2.0-only
"""The archive that a kernel unpacks as its first file system, in the format `newc` of cpio.

It is written here since it is small, and so that the same files are the same bytes: no time, no
owner and no inode of this machine is in it. It is not compressed: every kernel takes it so, and to
unpack it under emulation would take longer than to copy it.
"""

import stat
from collections.abc import Iterator, Sequence
from typing import NamedTuple

_MAGIC = "070701"
_LAST = "TRAILER!!!"
_ALIGNED = 4
_CONSOLE = (5, 1)
"""The device numbers of /dev/console, which is what /init has as its standard streams."""


class File(NamedTuple):
    """A file of the archive.

    Attributes:
        name: its path, without a slash in front.
        mode: its type and permissions, as in `stat`.
        content: what is in it.
        device: major and minor number, if it is a device.
    """

    name: str
    mode: int
    content: bytes = b""
    device: tuple[int, int] = (0, 0)


def initramfs(init: bytes, plays: bytes) -> bytes:
    """Return the file system of an emulated kernel.

    Args:
        init: the monitor, a static executable: the only program there.
        plays: what it plays, as `stress.rig.wire` encodes it.
    """
    folders = [File(name, stat.S_IFDIR | 0o755) for name in ("dev", "proc", "sys")]
    console = File("dev/console", stat.S_IFCHR | 0o600, device=_CONSOLE)
    return archive(
        [
            *folders,
            console,
            File("init", stat.S_IFREG | 0o755, init),
            File("plays.bin", stat.S_IFREG | 0o644, plays),
        ]
    )


def archive(files: Sequence[File]) -> bytes:
    """Return an archive of these files, in their order."""
    last = File(_LAST, 0)
    return b"".join(
        part for inode, file in enumerate([*files, last], 1) for part in _entry(file, inode)
    )


def _entry(file: File, inode: int) -> Iterator[bytes]:
    name = file.name.encode() + b"\0"
    links = 2 if stat.S_ISDIR(file.mode) else 1
    fields = (
        inode, file.mode, 0, 0, links, 0, len(file.content), 0, 0, *file.device, len(name), 0,
    )  # fmt: skip
    yield from _padded("".join([_MAGIC, *(f"{field:08X}" for field in fields)]).encode() + name)
    yield from _padded(file.content)


def _padded(data: bytes) -> Iterator[bytes]:
    yield data
    yield bytes(-len(data) % _ALIGNED)
