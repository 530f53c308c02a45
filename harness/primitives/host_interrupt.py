# SPDX-License-Identifier: GPL-2.0-only
"""Interrupts of the host: a handler that runs on top of whatever thread is on the CPU.

A thread that asserts one goes on; the handler runs when the thread that has the CPU next stands at
a scheduling point with its local interrupts on, turns them on, or comes to its end. So it is the
schedule that decides on top of what it runs, and the deviations that replay the schedule replay
that too. A thread that waits for a lock, sleeps or idles is not interrupted until it goes on; what
its CPU would do meanwhile needs a thread of its own.
"""

from collections.abc import Callable

from harness.engine import IN_HARDIRQ, IN_IRQ, Scheduler, Thread, operation
from harness.primitives.lock_failures import leaves_nothing_held


class HostInterrupt:
    """One interrupt line into the CPU of one thread.

    Attributes:
        role: the thread on top of which its handler runs.
    """

    def __init__(
        self,
        scheduler: Scheduler,
        instance: str,
        role: str,
        handler: Callable[[], object],
        *,
        threaded_on_rt: bool = False,
    ) -> None:
        """Connect a line.

        Args:
            scheduler: the execution's scheduler.
            instance: its number, as reports print it.
            role: the thread whose CPU it interrupts.
            handler: what runs then, with local interrupts off.
            threaded_on_rt: on a PREEMPT_RT kernel it runs in a thread, so that a spinlock_t may be
                taken, as the handlers do that a driver requests without IRQF_NO_THREAD.
        """
        self.role = role
        self._scheduler = scheduler
        self._handler = handler
        self._context = IN_IRQ if threaded_on_rt else IN_IRQ | IN_HARDIRQ
        self._name = f"interrupt[{instance}]"
        self._asserted = False
        self._assert = operation("assert", "interrupt", self._name)
        self._look = operation("read", "interrupt", self._name)
        self._take = operation("taken", "interrupt", self._name)
        scheduler.interrupts.append(self)

    def __repr__(self) -> str:
        state = "asserted" if self._asserted else "not asserted"
        return f"HostInterrupt({self._name} of {self.role}, {state})"

    @property
    def asserted(self) -> bool:
        """Whether it was asserted and its handler has not begun since."""
        self._scheduler.touch(self._look)
        return self._asserted

    def glance(self) -> bool:
        """Say the same to a gate, which looks whoever runs: no access of the running thread."""
        return self._asserted

    def assert_line(self) -> None:
        """Assert the interrupt; while it is pending that changes nothing.

        Raises:
            ValueError: there is no thread of its role.
        """
        if all(thread.role != self.role for thread in self._scheduler.threads):
            raise ValueError(
                f"{self._name} is to interrupt {self.role}, and there is no such thread"
            )
        self._scheduler.point(self._assert)
        self._asserted = True

    def look(self, me: Thread) -> None:
        """Run the handler on top of the line's thread if the line is asserted."""
        if me.role != self.role:
            return
        if not self._asserted:
            self._scheduler.touch(self._look)
            return
        self._scheduler.touch(self._take)
        self._asserted = False
        run_on_top(self._scheduler, self._name, me, self._handler, self._context)


class Softirq:
    """What is put off until interrupts are on: done on top of the thread that has put it off."""

    def __init__(self, scheduler: Scheduler, name: str) -> None:
        """Begin with nothing to do.

        Args:
            scheduler: the execution's scheduler.
            name: whose it is, as reports print it.
        """
        self._scheduler = scheduler
        self._name = name
        self._due: dict[str, list[Callable[[], None]]] = {}
        scheduler.interrupts.append(self)

    def __repr__(self) -> str:
        return f"Softirq({self._name}, {sum(map(len, self._due.values()))} put off)"

    def put_off(self, then: Callable[[], None]) -> None:
        """Have something done on top of the running thread, as soon as that can be."""
        self._due.setdefault(self._scheduler.current.role, []).append(then)

    def look(self, me: Thread) -> None:
        """Do on top of a thread what it has put off."""
        for then in self._due.pop(me.role, []):
            run_on_top(self._scheduler, self._name, me, then)


def run_on_top(
    scheduler: Scheduler,
    name: str,
    me: Thread,
    handler: Callable[[], object],
    context: int = IN_IRQ,
) -> None:
    """Run a handler in a context of its own; what it locks it has to unlock.

    Args:
        scheduler: the execution's scheduler.
        name: the handler's, as reports print it.
        me: the thread on top of which it runs.
        handler: what runs.
        context: the bits of that, IN_IRQ among them; the default is a softirq's.
    """
    chain, held = me.chain, me.held.copy()
    me.irqs_off, me.chain = True, context
    scheduler.note("enter", name, "on top of", me.role)
    handler()
    if me.held != held:
        family, what = name.partition("[")[0], f"the handler {name}"
        leaves_nothing_held(scheduler, "lock held after a handler", what, family, held)
    scheduler.note("leave", name)
    me.irqs_off, me.chain = False, chain
