# SPDX-License-Identifier: GPL-2.0-only
"""Batons: how one OS thread wakes another and nobody else.

Each carrier owns one baton and waits on it; a carrier that hands control over passes that baton.
A pass before the wait is not lost. An eventfd costs one context switch a hand-off; a lock costs two
and a half, because the woken thread first fails to get the interpreter lock.
"""

import _thread
import os
from typing import Protocol


class Baton(Protocol):
    """One waiter, any passer; passes are counted, not lost."""

    def wake(self) -> None:
        """Let the owner go on."""

    def wait(self) -> None:
        """Stop until the owner is woken, once."""

    def close(self) -> None:
        """Give back what the baton holds of the operating system."""


class EventfdBaton:
    """A baton on Linux: one eventfd, eight bytes each way."""

    __slots__ = ("_fd",)

    def __init__(self) -> None:
        self._fd = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_SEMAPHORE)

    def wake(self) -> None:
        """Add one to the eventfd."""
        os.eventfd_write(self._fd, 1)

    def wait(self) -> None:
        """Take one from the eventfd, sleeping while it is zero."""
        while True:
            try:
                os.eventfd_read(self._fd)
            except InterruptedError:
                # A signal came, and its handler did not end the wait: that goes on.
                continue
            return

    def close(self) -> None:
        """Close the eventfd."""
        os.close(self._fd)


class LockBaton:
    """A baton anywhere: an interpreter lock that its owner never holds for itself.

    The lock is used in an unconventional way: it is locked while there is nothing to do and is
    unlocked by another thread, as a signal. At most one pass is under way at any time.
    """

    __slots__ = ("_lock",)

    def __init__(self) -> None:
        self._lock = _thread.allocate_lock()
        self._lock.acquire()

    def wake(self) -> None:
        """Unlock, so that the owner's wait ends."""
        self._lock.release()

    def wait(self) -> None:
        """Lock again, sleeping until another thread has unlocked."""
        self._lock.acquire()

    def close(self) -> None:
        """Nothing to give back."""


def new_baton() -> Baton:
    """Return the fastest baton this platform has."""
    return EventfdBaton() if hasattr(os, "eventfd") else LockBaton()
