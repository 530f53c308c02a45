# SPDX-License-Identifier: GPL-2.0-only
"""mutex: a lock whose waiters sleep, so it is not for those who must not.

A thread that holds a spinlock, has local interrupts off or is an interrupt handler is atomic: it
must not give its CPU away, and may not take a mutex even if there is no other waiter just then.
"""

from harness.primitives.atomic_context import check_may_sleep
from harness.primitives.spinlock import SpinLock


class Mutex(SpinLock):
    """A sleeping lock of some lock class; ordered and checked as spinlocks are."""

    __slots__ = ()

    sleeps = True

    def lock(self, subclass: int = 0) -> None:
        """Take the mutex (mutex_lock, mutex_lock_nested).

        Args:
            subclass: 0, or what sets a nested acquisition of the same class apart.
        """
        check_may_sleep(self._scheduler, f"take {self.name}", self.lock_class.name)
        super().lock(subclass)
