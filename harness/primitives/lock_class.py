# SPDX-License-Identifier: GPL-2.0-only
"""Classes of locks, and who hears of what is new about taking a lock of one.

A lock knows its class and one listener, and not what that makes of it. What was heard before costs
a comparison of bit sets, in the lock itself; the listener says in `news` what it wants to hear of.
"""

from collections.abc import Mapping
from typing import NamedTuple, Protocol

from harness.engine import Lock, Scheduler, Thread


class LockClass(NamedTuple):
    """A class of locks.

    Attributes:
        name: as the kernel calls it.
        bit: the bit of its subclass 0 in sets of classes.
        irqs_off: a lock of this class is taken with local interrupts off (R4).
    """

    name: str
    bit: int
    irqs_off: bool


class LockListener(Protocol):
    """Hears of locks that are taken as they have not been before.

    Attributes:
        scheduler: the execution's scheduler.
        news: for each class, by its bit, what it would be news to be in or to hold when it is
            taken: contexts and classes as bits.
    """

    scheduler: Scheduler

    @property
    def news(self) -> Mapping[int, int]:
        """What is news about taking a lock of a class."""

    def nest(self, me: Thread, lock: Lock, subclass: int) -> None:
        """Hear that a thread wants a lock as nested in others of its class.

        Raises:
            ValueError: there is no such subclass.
        """

    def learn(self, me: Thread, lock: Lock, bit: int) -> None:
        """Hear that there is news about a thread that wants a lock, as this class and subclass."""

    def used_with_irqs_on(self, me: Thread, lock: Lock, bit: int) -> None:
        """Hear that interrupts are on while a thread holds a lock."""
