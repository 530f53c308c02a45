# SPDX-License-Identifier: GPL-2.0-only
"""SRCU: read sections that may sleep, and a writer that waits for those that were open.

To the order of locks a domain is a class that readers hold and `synchronize` waits for. Readers
wait for nothing, so to enter a section makes no edge; what is wanted inside one comes after it, and
`synchronize` comes after what is held. A cycle is a deadlock even if no execution has hung.
"""

from typing import NoReturn

from harness.engine import Failure, Gate, Operation, Thread, model_function, operation, within
from harness.primitives.atomic_context import check_may_sleep
from harness.primitives.lock_class import LockClass, LockListener, WaitType


class _Readers(Gate):
    """The sections that one `synchronize` waits for, which stands at this gate."""

    __slots__ = ("_name", "sections", "shut")

    def __init__(self, name: str, sections: set[int]) -> None:
        self._name = name
        self.sections = sections
        self.shut = bool(sections)

    def describe_wait(self) -> str:
        """Say what a thread that waits here is waiting for."""
        return f"{len(self.sections)} readers of {self._name} to leave their section"


class Srcu:
    """One domain (struct srcu_struct).

    Attributes:
        name: as reports print it.
    """

    sleeps = True
    rank: int | None = None

    def __init__(self, order: LockListener, lock_class: LockClass, instance: str) -> None:
        """Make a domain without readers.

        Args:
            order: the lock classes of the execution; notified of what is new about waiting.
            lock_class: its class.
            instance: its number, as reports print it.
        """
        lock_class = order.waits_as(lock_class, WaitType.SLEEP)
        self._order = order
        self._scheduler = order.scheduler
        self.name = f"{lock_class.name}[{instance}]"
        self.held_bit = lock_class.bit
        self._class = lock_class.name
        self._open: set[int] = set()
        self._entered = 0
        self._waiting: list[_Readers] = []
        self._enter = operation("read_lock", lock_class.name, self.name)
        self._leave = operation("read_unlock", lock_class.name, self.name)
        self._begin = operation("synchronize", lock_class.name, self.name)

    def __repr__(self) -> str:
        return f"Srcu({self.name}, {len(self._open)} open sections)"

    def read_lock(self) -> int:
        """Enter a read section; return what to leave it with (srcu_read_lock)."""
        scheduler = self._scheduler
        scheduler.point(self._enter)
        me = scheduler.current
        self._entered += 1
        self._open.add(self._entered)
        me.held.append(self)
        me.chain |= self.held_bit
        return self._entered

    def read_unlock(self, section: int) -> None:
        """Leave a read section (srcu_read_unlock).

        Args:
            section: what `read_lock` has returned.
        """
        scheduler = self._scheduler
        if scheduler.unwinding:
            return
        me = scheduler.current
        if section not in self._open or self not in me.held:
            self._fail(me, "read section unbalanced", "leaves a section it is not in")
        scheduler.touch(self._leave)
        self._open.remove(section)
        me.held.remove(self)
        if all(each.held_bit != self.held_bit for each in me.held):
            me.chain &= ~self.held_bit
        for readers in list(self._waiting):
            readers.sections.discard(section)
            if not readers.sections:
                self._waiting.remove(readers)
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
        if self in me.held:
            self._fail(me, "synchronize in read section", "waits for itself to leave its section")
        self._order.learn(me, self, self.held_bit)
        scheduler.point(self._begin)
        readers = _Readers(self.name, set(self._open))
        if readers.shut:
            self._waiting.append(readers)
        scheduler.gated_point(Operation("wait", self._class, self.name, readers))

    def kept_with_irqs_on(self, me: Thread) -> None:
        """Sections are no concern of interrupts."""

    def _fail(self, me: Thread, kind: str, does: str) -> NoReturn:
        function = model_function()
        self._scheduler.fail(
            Failure(
                kind=kind,
                message=f"{me.role} {does}{within(function)}: {self.name}",
                functions=(function,),
                lock_classes=(self._class,),
            )
        )
