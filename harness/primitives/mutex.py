# SPDX-License-Identifier: GPL-2.0-only
"""mutex: a lock whose waiters sleep, so it is not for those who must not.

A thread that holds a spinlock, has local interrupts off or is an interrupt handler is atomic: it
must not give its CPU away, and may not take a mutex even if there is no other waiter just then. A
handler that takes one which the thread below it holds would wait for itself: that is named first.
"""

import sys

from harness.engine import IN_IRQ, Failure, Thread, model_function, model_stack, within
from harness.primitives.atomic_context import check_may_sleep
from harness.primitives.lock_class import LockClass, LockListener, WaitType
from harness.primitives.spinlock import SpinLock


class Mutex(SpinLock):
    """A sleeping lock of some lock class; ordered and checked as spinlocks are."""

    __slots__ = ()

    sleeps = True

    def __init__(
        self, order: LockListener, lock_class: LockClass, instance: str, *, rank: int | None = None
    ) -> None:
        """Make a mutex: see SpinLock."""
        lock_class = order.waits_as(lock_class, WaitType.SLEEP)
        super().__init__(order, lock_class, instance, rank=rank)

    def lock(self, subclass: int = 0) -> None:
        """Take the mutex (mutex_lock, mutex_lock_nested).

        Args:
            subclass: 0, or what sets a nested acquisition of the same class apart.
        """
        me = self._scheduler.current
        if self.owner is me and me.chain & IN_IRQ:
            self._held_below(me)
        check_may_sleep(self._scheduler, f"take {self.name}", self.lock_class.name)
        super().lock(subclass)

    def unlock(self) -> None:
        """Release the mutex (mutex_unlock); a handler may run just before, while it is held."""
        scheduler = self._scheduler
        if scheduler.interrupts and not (scheduler.unwinding or scheduler.current.irqs_off):
            scheduler.interrupt(scheduler.current)
        super().unlock()

    def _held_below(self, me: Thread) -> None:
        """A handler takes what the thread it has interrupted holds."""
        if self._scheduler.unwinding:
            return
        function = model_function()
        self._scheduler.fail(
            Failure(
                kind="lock recursion",
                message=f"a handler on top of {me.role} takes {self.name}{within(function)}, and "
                f"{me.role} holds it: it waits for the thread that it has interrupted",
                functions=(function,),
                lock_classes=(self.lock_class.name,),
                details=(f"{me.role}: {' > '.join(model_stack(sys._getframe(1)))}",),
            )
        )
