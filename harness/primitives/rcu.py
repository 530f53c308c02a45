# SPDX-License-Identifier: GPL-2.0-only
"""RCU, as far as the life of objects goes: read sections, grace periods, deferred free.

A grace period is over when every read section that was open at its beginning has ended. What
waits for it is done as early as can be: freed at that very moment, at once if no section is open;
called back from a softirq, on top of the thread that ended the last of these sections, when it next
stands at a scheduling point with interrupts on. The kernel may take longer: the earliest moment is
the worst one for a thread that still uses what is freed, and leaves nothing to choose.

No thread sleeps in a section. So no lock that sleeps is wanted in one, and none that spins is held
over `synchronize`: both are checked, and leave RCU no other place in the order of locks.

To begin a section is a scheduling point: a pointer that was read just before it is not protected.
To end one is not, since whatever comes next in the thread is one, as with unlocking.
"""

from collections.abc import Callable
from functools import partial
from typing import NoReturn, TypeVar

from harness.engine import (
    IN_RCU,
    Failure,
    Gate,
    Operation,
    Scheduler,
    Thread,
    model_function,
    operation,
    within,
)
from harness.primitives.atomic_context import check_may_sleep
from harness.primitives.cells import Cell
from harness.primitives.host_interrupt import Softirq
from harness.primitives.slab import Freeable, life_of

T = TypeVar("T")


class GracePeriod(Gate):
    """The time from a moment until all read sections have ended that were open then: a gate.

    Attributes:
        readers: the threads in a section that is still waited for.
        then: what is to be done when it is over.
        shut: it is not over.
    """

    def __init__(self, name: str, readers: list[Thread], then: Callable[[], None] | None) -> None:
        self._name = name
        self.readers = readers
        self.then = then
        self.shut = bool(readers)

    @property
    def holder(self) -> Thread | None:
        """A thread that is waited for."""
        return self.readers[0] if self.readers else None

    def describe_wait(self) -> str:
        """Say what a thread that waits here is waiting for."""
        sections = ", ".join(thread.role for thread in self.readers)
        return f"a grace period of {self._name}: read sections of {sections}"


class Rcu:
    """One domain of RCU; the context manager is a read section (rcu_read_lock).

    Attributes:
        name: the domain, as reports print it.
    """

    def __init__(self, scheduler: Scheduler, instance: str = "0") -> None:
        self._scheduler = scheduler
        self.name = f"rcu[{instance}]"
        self._sections: dict[Thread, int] = {}
        self._grace_periods: list[GracePeriod] = []
        self._softirq = Softirq(scheduler, f"softirq of {self.name}")
        self._lock = operation("read_lock", "rcu", self.name)
        self._unlock = operation("read_unlock", "rcu", self.name)
        self._call = operation("call", "rcu", self.name)
        self._over_for = operation("write", "grace_period", f"grace_period[{self.name}]")
        self._callback = operation("callback", "rcu", self.name)
        self._synchronize = operation("synchronize", "rcu", self.name)
        scheduler.at_end.append(self._left_open)

    def __repr__(self) -> str:
        readers = ", ".join(thread.role for thread in self._sections) or "nobody"
        return f"Rcu({self.name}, {readers} in a section)"

    def read_lock(self) -> None:
        """Begin a read section; sections nest (rcu_read_lock)."""
        scheduler = self._scheduler
        scheduler.point(self._lock)
        me = scheduler.current
        self._sections[me] = self._sections.get(me, 0) + 1
        me.sections += 1
        me.chain |= IN_RCU

    def read_unlock(self) -> None:
        """End a read section (rcu_read_unlock)."""
        scheduler = self._scheduler
        if scheduler.unwinding:
            return
        me = scheduler.current
        if me not in self._sections:
            self._fail("read section unbalanced", "ends a read section that it is not in")
        if scheduler.wants_touches:
            scheduler.touch(self._unlock)
        self._sections[me] -= 1
        me.sections -= 1
        if not me.sections:
            me.chain &= ~IN_RCU
        if not self._sections[me]:
            del self._sections[me]
            self._quiescent(me)

    def __enter__(self) -> None:
        self.read_lock()

    def __exit__(self, *exception: object) -> None:
        self.read_unlock()

    def synchronize(self) -> None:
        """Wait until every read section that is open now has ended (synchronize_rcu).

        The grace period begins when the thread comes here, before it is chosen to go on.
        """
        scheduler = self._scheduler
        if scheduler.unwinding:
            return
        if scheduler.current in self._sections:
            self._fail("synchronize in read section", "waits for itself to leave its section")
        check_may_sleep(scheduler, f"wait for a grace period of {self.name}", "rcu")
        if scheduler.wants_touches:
            scheduler.touch(self._synchronize)
        scheduler.gated_point(Operation("synchronize", "rcu", self.name, self._grace_period(None)))

    def call(self, then: Callable[[], None]) -> None:
        """Have something done after a grace period (call_rcu).

        Args:
            then: done on top of whatever thread ends the last section, in the context of an
                interrupt handler, so it must not sleep.
        """
        self._scheduler.point(self._call)
        if not self._scheduler.unwinding:
            self._grace_period(partial(self._over, then))

    def kfree(self, given_up: Freeable) -> None:
        """Free an object after a grace period (kfree_rcu)."""
        self._scheduler.point(self._call)
        if self._scheduler.unwinding:
            return
        life = life_of(given_up)
        life.defer()
        self._grace_period(partial(life.end, given_up, deferred=True))

    def dereference(self, pointer: Cell[T]) -> T:
        """Read a pointer to what a read section protects (rcu_dereference)."""
        self.assert_read_lock_held()
        return pointer.load_acquire()

    def assign_pointer(self, pointer: Cell[T], value: T) -> None:
        """Publish what a pointer points to, set up by now (rcu_assign_pointer)."""
        pointer.store_release(value)

    def assert_read_lock_held(self) -> None:
        """Fail unless the running thread is in a read section."""
        scheduler = self._scheduler
        if scheduler.current not in self._sections and not scheduler.unwinding:
            self._fail("suspicious RCU usage", "goes by a pointer outside of any read section")

    def _grace_period(self, then: Callable[[], None] | None) -> GracePeriod:
        begun = GracePeriod(self.name, list(self._sections), then)
        if begun.shut:
            self._grace_periods.append(begun)
        elif then is not None:
            then()
        return begun

    def _quiescent(self, me: Thread) -> None:
        """A thread has ended its outermost section; do what waited for it alone."""
        over = []
        for period in self._grace_periods:
            if me in period.readers:
                # Who is the last of those that are waited for does what waits.
                if self._scheduler.wants_touches:
                    self._scheduler.touch(self._over_for)
                period.readers.remove(me)
                if not period.readers:
                    over.append(period)
        for period in over:
            self._grace_periods.remove(period)
            period.shut = False
            if period.then is not None:
                period.then()
            elif self._scheduler.wants_growth:
                self._scheduler.opened(period)

    def _over(self, then: Callable[[], None]) -> None:
        self._softirq.put_off(partial(self._call_back, then))

    def _call_back(self, then: Callable[[], None]) -> None:
        self._scheduler.touch(self._callback)
        then()

    def _left_open(self) -> Failure | None:
        for thread in self._sections:
            return Failure(
                kind="read section unbalanced",
                message=f"{thread.role} ended in a read section of {self.name}",
                lock_classes=("rcu",),
            )
        return None

    def _fail(self, kind: str, does: str) -> NoReturn:
        me, function = self._scheduler.current, model_function()
        self._scheduler.fail(
            Failure(
                kind=kind,
                message=f"{me.role} {does}{within(function)}: {self.name}",
                functions=(function,),
                lock_classes=("rcu",),
            )
        )
