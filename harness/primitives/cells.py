# SPDX-License-Identifier: GPL-2.0-only
"""Shared words: cells read and written without a lock, and atomic counters.

Each access is a scheduling point and then happens at once: the model is sequentially consistent.
The bare `value` is for code that observes from outside the modelled machine.
"""

from typing import Generic, TypeVar

from harness.engine import Scheduler, operations, value_text

T = TypeVar("T")


class Cell(Generic[T]):
    """A word accessed with READ_ONCE, WRITE_ONCE and cmpxchg."""

    __slots__ = (
        "_acquire",
        "_cmpxchg",
        "_read",
        "_release",
        "_scheduler",
        "_swapped",
        "_write",
        "name",
        "value",
    )

    def __init__(self, scheduler: Scheduler, family: str, instance: str, value: T) -> None:
        self._scheduler = scheduler
        self.name = f"{family}[{instance}]"
        self.value = value
        (
            self._read, self._write, self._acquire, self._release, self._cmpxchg, self._swapped,
        ) = operations(
            family, self.name, "read", "write", "acquire", "release", "cmpxchg", "swapped"
        )  # fmt: skip

    def __repr__(self) -> str:
        return f"Cell({self.name} = {value_text(self.value)})"

    def read(self) -> T:
        """Return the value (READ_ONCE)."""
        self._scheduler.point(self._read)
        return self.value

    def glance(self) -> T:
        """Return the value as the running step finds it, without a point of its own."""
        self._scheduler.touch(self._read)
        return self.value

    def write(self, value: T) -> None:
        """Store a value (WRITE_ONCE, smp_store_mb)."""
        self._scheduler.point(self._write)
        self.value = value

    def load_acquire(self) -> T:
        """Return the value, ordered after what came before its release (smp_load_acquire)."""
        self._scheduler.point(self._acquire)
        return self.value

    def store_release(self, value: T) -> None:
        """Store a value, ordered after all that came before (smp_store_release)."""
        self._scheduler.point(self._release)
        self.value = value

    def cmpxchg(self, old: T, new: T) -> T:
        """Store `new` if the value is `old`; return what the value was.

        If it was another, that orders nothing.
        """
        self._scheduler.point(self._cmpxchg)
        was = self.value
        if was == old:
            scheduler = self._scheduler
            scheduler.touch(self._swapped)
            scheduler.swapped[self.name] = len(scheduler.trace)
            self.value = new
        return was


class Atomic:
    """An atomic counter."""

    __slots__ = ("_add", "_read", "_scheduler", "_set", "name", "value")

    def __init__(self, scheduler: Scheduler, family: str, instance: str, value: int = 0) -> None:
        self._scheduler = scheduler
        self.name = f"{family}[{instance}]"
        self.value = value
        self._read, self._set, self._add = operations(family, self.name, "read", "write", "add")

    def __repr__(self) -> str:
        return f"Atomic({self.name} = {self.value})"

    def read(self) -> int:
        """Return the value (atomic_read)."""
        self._scheduler.point(self._read)
        return self.value

    def set(self, value: int) -> None:
        """Store a value (atomic_set)."""
        self._scheduler.point(self._set)
        self.value = value

    def fetch_add(self, amount: int) -> int:
        """Add to the value and return what it was (atomic_fetch_add)."""
        self._scheduler.point(self._add)
        was = self.value
        self.value = was + amount
        return was

    def dec_if_positive(self) -> bool:
        """Take one off unless nothing is left; return whether it did (atomic_dec_if_positive)."""
        self._scheduler.point(self._add)
        if self.value <= 0:
            return False
        self.value -= 1
        return True
