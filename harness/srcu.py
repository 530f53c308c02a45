# SPDX-License-Identifier: GPL-2.0-only
"""SRCU: read sections that may sleep, and a writer that waits for those that were open.

To the order of locks a domain is a class that readers hold and `synchronize` waits for. Readers do
not wait for anybody, so to enter a section makes no edge; what is wanted inside one comes after it,
and `synchronize` comes after what is held. A cycle is a deadlock though nobody hung.
"""

from harness.atomic_context import check_may_sleep
from harness.failures import Failure
from harness.frames import model_function
from harness.lockorder import LockClass, LockOrder
from harness.threads import Operation, Thread, operation


class _Readers:
    """The readers of one index; whoever waits for them stands at this gate."""

    __slots__ = ("count", "idle", "name", "shut")

    def __init__(self, name: str) -> None:
        self.name = name
        self.count = 0
        self.shut = False
        self.idle = False

    def describe_wait(self) -> str:
        """Say what a thread that waits here is waiting for."""
        return f"{self.count} readers of {self.name} to leave their section"


class Srcu:
    """One domain (struct srcu_struct).

    Attributes:
        name: as reports print it.
    """

    sleeps = True
    rank: int | None = None

    def __init__(self, order: LockOrder, lock_class: LockClass, instance: str) -> None:
        """Make a domain without readers.

        Args:
            order: the lock classes of the execution.
            lock_class: its class.
            instance: its number, as reports print it.
        """
        self._order = order
        self._scheduler = order.scheduler
        self.name = f"{lock_class.name}[{instance}]"
        self.held_bit = lock_class.bit
        self._class = lock_class.name
        self._readers = (_Readers(self.name), _Readers(self.name))
        self._index = 0
        self._enter = operation("read_lock", lock_class.name, self.name)
        self._leave = operation("read_unlock", lock_class.name, self.name)
        self._flip = operation("synchronize", lock_class.name, self.name)
        self._waits = [
            Operation("wait", lock_class.name, self.name, readers) for readers in self._readers
        ]

    def read_lock(self) -> int:
        """Enter a read section; return what to leave it with (srcu_read_lock)."""
        scheduler = self._scheduler
        scheduler.point(self._enter)
        me, index = scheduler.current, self._index
        self._readers[index].count += 1
        me.held.append(self)
        me.chain |= self.held_bit
        return index

    def read_unlock(self, index: int) -> None:
        """Leave a read section (srcu_read_unlock).

        Args:
            index: what `read_lock` has returned.
        """
        scheduler = self._scheduler
        if scheduler.unwinding:
            return
        me, readers = scheduler.current, self._readers[index]
        scheduler.touch(self._leave)
        me.held.remove(self)
        if self not in me.held:
            me.chain &= ~self.held_bit
        readers.count -= 1
        if not readers.count and readers.shut:
            readers.shut = False
            if scheduler.wants_growth:
                scheduler.opened(readers)

    def synchronize(self) -> None:
        """Wait until every section that is open now has been left (synchronize_srcu)."""
        scheduler = self._scheduler
        if scheduler.unwinding:
            return
        me = scheduler.current
        check_may_sleep(scheduler, f"wait for the readers of {self.name}", self._class)
        if me.chain & self.held_bit:
            self._waits_for_itself(me)
        self._order.learn(me, self, self.held_bit)
        # Readers that come from now on have the other index.
        scheduler.point(self._flip)
        old = self._index
        self._index = 1 - old
        readers = self._readers[old]
        readers.shut = readers.count > 0
        scheduler.gated_point(self._waits[old])

    def kept_with_irqs_on(self, me: Thread) -> None:
        """Sections are no concern of interrupts."""

    def _waits_for_itself(self, me: Thread) -> None:
        function = model_function()
        self._scheduler.fail(
            Failure(
                kind="synchronize in read section",
                message=f"{me.role} in {function} waits for the readers of {self.name}, "
                "and is one of them",
                functions=(function,),
                lock_classes=(self._class,),
            )
        )
