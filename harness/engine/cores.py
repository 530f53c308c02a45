# SPDX-License-Identifier: GPL-2.0-only
"""Cores: claim one for the carriers, so that a hand-off stays on it.

Only one carrier runs at a time, so a second core gains nothing and costs a wake-up across cores
at every hand-off: pinned carriers are four to five times faster. Two sessions on one machine must
not share a core, so a session claims its core by binding an abstract Unix socket that is named
after it. Such a name belongs to the machine (strictly, to the network namespace): it is the same
for every user and every TMPDIR, has no permissions, is no file that somebody could put something
else in the place of, and is given back by the kernel when its holder dies.

Guarantees: a claim that fails for whatever reason costs speed and nothing else. Where there are
no abstract sockets (anywhere but on Linux), where sockets are forbidden, or where descriptors have
run out, carriers stay unpinned.
"""

import os
import sys
from contextlib import suppress
from socket import AF_UNIX, socket

PREFIX = "vgic-stress-core-"

_held: list[socket] = []


class Core:
    """A claimed core; unclaim it, or end the process, and it is free again."""

    __slots__ = ("_socket", "number")

    def __init__(self, number: int, bound: socket) -> None:
        self.number = number
        self._socket = bound
        _held.append(bound)

    def unclaim(self) -> None:
        """Let another session have the core; once is enough."""
        if self._socket in _held:
            _held.remove(self._socket)
        _close(self._socket)


def claim_core() -> Core | None:
    """Claim a core out of those this process may run on, or None if none can be had."""
    for number in _allowed():
        bound = _bind(f"\0{PREFIX}{number}")
        if bound is not None:
            return Core(number, bound)
    return None


def pin_this_thread(core: Core) -> list[int]:
    """Pin the calling OS thread, and no other, to the core; return where it could run before.

    It stays where it may run if the core has been taken from this process since.
    """
    before = _allowed()
    with suppress(OSError):
        os.sched_setaffinity(0, {core.number})
    return before


def unpin_this_thread(before: list[int]) -> None:
    """Let the calling OS thread run again where it could before."""
    with suppress(OSError):
        os.sched_setaffinity(0, before)


def _allowed() -> list[int]:
    if sys.platform != "linux":
        return []
    try:
        return sorted(os.sched_getaffinity(0))
    except OSError:
        return []


def _bind(name: str) -> socket | None:
    """Return a socket of that name; None if the name is taken, or no socket is to be had."""
    try:
        candidate = socket(AF_UNIX)
    except OSError:
        return None
    try:
        candidate.bind(name)
    except OSError:
        candidate.close()
        return None
    return candidate


def _close(bound: socket) -> None:
    # Code under test may have closed every descriptor there was.
    with suppress(OSError):
        bound.close()


def _leave_to_the_parent() -> None:
    """A forked child has no claim: what it inherits would keep the name until it ends."""
    while _held:
        _close(_held.pop())


os.register_at_fork(after_in_child=_leave_to_the_parent)
