# SPDX-License-Identifier: GPL-2.0-only
"""Semaphores: a count that is taken down by one and up by one, and is never negative.

`Semaphore` is the kernel's (struct semaphore): whoever finds it at zero sleeps, anybody may take it
up, also an interrupt handler, and nobody is its holder, so lockdep knows nothing of it. Python's
threading.Semaphore is the same; `BoundedSemaphore` is Python's other one, with Python's names: to
release it more often than it was acquired is an error.

Differs: the kernel hands it to whoever has waited longest. Here any waiter may be first, and so may
who comes later, as with Python's.
"""

from harness.engine import Gate, Misbehaviour, Operation, Scheduler, operation
from harness.primitives.atomic_context import check_may_sleep
from harness.primitives.timed import timed_point


class Semaphore(Gate):
    """A counting semaphore, and the gate of who finds it at zero.

    Attributes:
        name: the semaphore with its number, as reports print it.
        count: how often it can be taken down.
    """

    def __init__(self, scheduler: Scheduler, instance: str, count: int = 1) -> None:
        """Make a semaphore.

        Args:
            scheduler: the execution's scheduler.
            instance: its number, as reports print it.
            count: how often it can be taken down at first; not negative.

        Raises:
            ValueError: the count is negative.
        """
        if count < 0:
            raise BadCount(f"a semaphore's count is at least 0, not {count}")
        self._scheduler = scheduler
        self.name = f"semaphore[{instance}]"
        self.count = count
        self._down = Operation("down", "semaphore", self.name, self)
        self._up = operation("up", "semaphore", self.name)
        self._try = operation("trylock", "semaphore", self.name)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name} = {self.count})"

    @property
    def shut(self) -> bool:  # type: ignore[override]  # it follows, and is never set
        """Whether it is at zero."""
        return not self.count

    def down(self) -> None:
        """Take it down by one; sleep while it is at zero (down)."""
        self._may_sleep()
        self._scheduler.gated_point(self._down)
        self._take()

    def down_timeout(self, timeout: float) -> bool:
        """Take it down by one, or give up when the time is up (down_timeout).

        Args:
            timeout: 0 does not wait; how large it is else does not matter.

        Returns:
            whether it was taken down; the kernel's returns 0 if it was.
        """
        self._may_sleep()
        return timed_point(self._scheduler, self._down, timeout) and self._touched()

    def down_trylock(self) -> bool:
        """Take it down by one if it is not at zero (down_trylock); also in a handler.

        Returns:
            whether it was taken down; the kernel's returns 0 if it was.
        """
        self._scheduler.point(self._try)
        return not self.shut and self._touched()

    def up(self) -> None:
        """Take it up by one; anybody may (up)."""
        scheduler = self._scheduler
        scheduler.point(self._up)
        self._give(1)

    def describe_wait(self) -> str:
        """Say what a thread that waits here is waiting for."""
        return f"{self.name} to be taken up, it is at 0"

    def _may_sleep(self) -> None:
        check_may_sleep(self._scheduler, f"take {self.name} down", "semaphore")

    def _touched(self) -> bool:
        self._scheduler.touch(self._down)
        self._take()
        return True

    def _take(self) -> None:
        if not self._scheduler.unwinding:
            self.count -= 1

    def _give(self, count: int) -> None:
        scheduler = self._scheduler
        if scheduler.unwinding:
            return
        if not self.count:
            scheduler.touch(operation("found_shut", "semaphore", self.name))
        self.count += count
        if scheduler.wants_growth:
            scheduler.opened(self)


class BadCount(Misbehaviour, ValueError):
    """A semaphore is made or released with a count that it cannot have."""


class BadTimeout(Misbehaviour, ValueError):
    """A semaphore is tried with a timeout, which is for who waits."""


class BoundedSemaphore(Semaphore):
    """A semaphore that is never above what it began with (threading.BoundedSemaphore).

    The context manager acquires and releases it.
    """

    def __init__(self, scheduler: Scheduler, instance: str, value: int = 1) -> None:
        """Make a semaphore.

        Args:
            scheduler: the execution's scheduler.
            instance: its number, as reports print it.
            value: how often it can be acquired at first; not negative.

        Raises:
            ValueError: the value is negative.
        """
        super().__init__(scheduler, instance, value)
        self._value = value

    def acquire(self, blocking: bool = True, timeout: float | None = None) -> bool:
        """Acquire it, and return whether that was possible.

        Args:
            blocking: wait for it; without that the timeout has to be None.
            timeout: None to wait however long; how large it is else does not matter.

        Raises:
            ValueError: it has a timeout and does not wait.
        """
        if not blocking:
            if timeout is not None:
                raise BadTimeout("can't specify timeout for non-blocking acquire")
            return self.down_trylock()
        if timeout is not None:
            return self.down_timeout(timeout)
        self.down()
        return True

    def release(self, n: int = 1) -> None:
        """Release it so many times.

        Raises:
            ValueError: it would be released more often than it was acquired.
        """
        scheduler = self._scheduler
        scheduler.point(self._up)
        if scheduler.unwinding:
            return
        if n < 1:
            raise BadCount("n must be one or more")
        if self.count + n > self._value:
            raise BadCount("Semaphore released too many times")
        self._give(n)

    def __enter__(self) -> bool:
        """Acquire it; as Python's it returns True."""
        return self.acquire()

    def __exit__(self, *exception: object) -> None:
        """Release it, also after an exception, as Python's does."""
        self.release()
