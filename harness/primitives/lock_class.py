# SPDX-License-Identifier: GPL-2.0-only
"""Classes of locks, and the listener that is notified of what is new about taking one of a class.

A lock knows its class and one listener, and not what the listener makes of it. What has happened
before costs a comparison of bit sets, in the lock itself: the listener states in `news` what it is
to be notified of.
"""

from collections.abc import Mapping
from enum import IntEnum
from typing import NamedTuple, Protocol

from harness.engine import IRQS_ON, Lock, Scheduler, Thread


class WaitType(IntEnum):
    """How a thread waits for a lock: lockdep's wait type, in its order.

    What is held, and the context, say how one may wait: no more than that.

    Attributes:
        SPIN: it spins on every kernel (raw_spinlock_t; LD_WAIT_SPIN).
        CONFIG: it spins, and on a PREEMPT_RT kernel it sleeps (spinlock_t, rwlock_t;
            LD_WAIT_CONFIG).
        SLEEP: it sleeps (mutex; LD_WAIT_SLEEP).
    """

    SPIN = 2
    CONFIG = 3
    SLEEP = 4


class LockClass(NamedTuple):
    """A class of locks.

    Attributes:
        name: as the kernel calls it.
        bit: the bit of its subclass 0 in sets of classes.
        irqs_off: a lock of this class is taken with local interrupts off (R4).
        wait_type: how a thread waits for a lock of this class.
    """

    name: str
    bit: int
    irqs_off: bool
    wait_type: WaitType = WaitType.SPIN


class LockListener(Protocol):
    """Notified when a lock is taken as none of its class has been before, or held so.

    Attributes:
        scheduler: the execution's scheduler.
    """

    scheduler: Scheduler

    @property
    def news(self) -> Mapping[int, int]:
        """For each class, by its bit: which contexts and held classes are news, as bits."""

    def waits_as(self, lock_class: LockClass, wait_type: WaitType) -> LockClass:
        """Note how a thread waits for the locks of a class, where it does not spin on all kernels.

        Args:
            lock_class: the class.
            wait_type: CONFIG or SLEEP.

        Returns:
            the class with that.
        """

    def nest(self, me: Thread, lock: Lock, subclass: int) -> None:
        """A thread is about to take a lock as nested in others of its class.

        Raises:
            ValueError: there is no such subclass.
        """

    def learn(self, me: Thread, lock: Lock, bit: int) -> None:
        """A thread is about to take a lock, as this class and subclass, and that is news."""

    def used_with_irqs_on(self, me: Thread, lock: Lock, bit: int) -> None:
        """Interrupts are on while a thread holds a lock, taken as this class and subclass."""


def might_lock(order: LockListener, lock: Lock, lock_class: LockClass) -> None:
    """Have the order of locks judged as if one were taken here, with interrupts off (might_lock).

    For a function that seldom takes it, so that a caller who must not call it is seen each time.
    """
    me = order.scheduler.current
    if order.scheduler.unwinding:
        return
    irqs_on = me.chain & IRQS_ON
    me.chain &= ~IRQS_ON
    order.learn(me, lock, lock_class.bit)
    me.chain |= irqs_on
