# SPDX-License-Identifier: GPL-2.0-only
"""Interrupts of the host: a handler that runs on top of whatever thread is on the CPU.

Whoever asserts one goes on; the handler runs when the thread that has the CPU next stands at a
scheduling point with its local interrupts on, or turns them on. So it is the schedule that decides
on top of what it runs, and the deviations that replay the schedule replay that too. A thread that
waits for a lock or idles is not interrupted until it goes on.
"""

from collections.abc import Callable

from harness.scheduler import Scheduler
from harness.threads import IN_IRQ, Thread, operation


class HostInterrupt:
    """One interrupt line into the CPU of one thread.

    Attributes:
        role: the thread on top of which its handler runs.
    """

    def __init__(
        self, scheduler: Scheduler, instance: str, role: str, handler: Callable[[], None]
    ) -> None:
        """Connect a line.

        Args:
            scheduler: the execution's scheduler.
            instance: its number, as reports print it.
            role: the thread whose CPU it interrupts.
            handler: what runs then, with local interrupts off.
        """
        self.role = role
        self._scheduler = scheduler
        self._handler = handler
        self._name = f"interrupt[{instance}]"
        self._asserted = False
        self._assert = operation("assert", "interrupt", self._name)
        self._look = operation("read", "interrupt", self._name)
        self._take = operation("take", "interrupt", self._name)
        scheduler.interrupts.append(self)

    def assert_line(self) -> None:
        """Assert the interrupt; while it is pending that changes nothing."""
        self._scheduler.point(self._assert)
        self._asserted = True

    def look(self, me: Thread) -> None:
        """Run the handler on top of a thread, in a context of its own, if it is asserted."""
        if not self._asserted:
            self._scheduler.touch(self._look)
            return
        self._scheduler.touch(self._take)
        self._asserted = False
        chain = me.chain
        me.irqs_off, me.chain = True, IN_IRQ
        self._scheduler.note("enter", self._name, "on top of", me.role)
        self._handler()
        self._scheduler.note("leave", self._name)
        me.irqs_off, me.chain = False, chain
