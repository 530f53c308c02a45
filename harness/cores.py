# SPDX-License-Identifier: GPL-2.0-only
"""Cores: claim one for the carriers, so that a hand-off stays on it.

Only one carrier runs at a time, so a second core gains nothing and costs a wake-up across cores
at every hand-off: pinned carriers are four to five times faster. Two sessions on one machine must
not share a core, so a core is claimed by a lock file that the kernel unlocks when its holder dies.
"""

import fcntl
import os
import tempfile
from pathlib import Path
from typing import IO


class Core:
    """A claimed core; unclaim it, or end the process, and it is free again."""

    __slots__ = ("_file", "number")

    def __init__(self, number: int, file: IO[bytes]) -> None:
        self.number = number
        self._file = file

    def unclaim(self) -> None:
        """Let another session have the core."""
        self._file.close()


def claim_core(directory: Path | None = None) -> Core | None:
    """Claim a core out of those this process may run on, or None if each is taken.

    Args:
        directory: where the lock files are; the system's folder for temporary files if None.
    """
    if not hasattr(os, "sched_getaffinity"):
        return None
    for number in sorted(os.sched_getaffinity(0)):
        path = (directory or Path(tempfile.gettempdir())) / f"vgic-stress-core-{number}.lock"
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        except OSError:  # another user's file: that core is not ours to claim
            continue
        file = os.fdopen(descriptor, "r+b")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.close()
            continue
        return Core(number, file)
    return None


def pin_this_thread(core: Core) -> None:
    """Pin the calling OS thread, and no other, to the core."""
    os.sched_setaffinity(0, {core.number})
