# SPDX-License-Identifier: GPL-2.0-only
"""Locks in an order that could deadlock, and in one that looks as if it could.

Nine programs that are wrong though none has to hang, and nine that are right, each beside its
relative.
"""

from collections.abc import Callable

from harness import (
    HostInterrupt,
    LockOrder,
    Mutex,
    Rcu,
    Scheduler,
    SpinLock,
    Srcu,
    local_irq_disable,
    local_irq_enable,
)
from tests.programs.example import Program

Body = Callable[[], None]


class Locks:
    """Locks of a class each, made when they are first named; and threads."""

    def __init__(self, scheduler: Scheduler) -> None:
        self.scheduler = scheduler
        self._order = LockOrder(scheduler)

    def spin(self, name: str) -> SpinLock:
        """Make a spinlock of a class of its own."""
        return SpinLock(self._order, self._order.lock_class(name), "0")

    def mutex(self, name: str) -> Mutex:
        """Make a mutex of a class of its own."""
        return Mutex(self._order, self._order.lock_class(name), "0")

    def srcu(self, name: str) -> Srcu:
        """Make an SRCU domain of a class of its own."""
        return Srcu(self._order, self._order.lock_class(name), "0")

    def threads(self, *bodies: Body) -> None:
        """Add a thread for each body."""
        for number, body in enumerate(bodies):
            self.scheduler.thread(f"t{number}", body)

    def interrupt_t0(self, handler: Body) -> Body:
        """Return a body that interrupts the first thread."""
        return HostInterrupt(self.scheduler, "0", "t0", handler).assert_line


def nests(*locks: SpinLock) -> Body:
    """Return a body that takes locks inside one another."""

    def body() -> None:
        for lock in locks:
            lock.lock()
        for lock in reversed(locks):
            lock.unlock()

    return body


def _cycle_of_three(scheduler: Scheduler, *, closed: bool) -> None:
    locks = Locks(scheduler)
    a, b, c = (locks.spin(name) for name in "abc")
    locks.threads(nests(a, b), nests(b, c), nests(c, a) if closed else nests(a, c))


def cycle_of_three(scheduler: Scheduler) -> None:
    """Wrong: a before b, b before c, c before a."""
    _cycle_of_three(scheduler, closed=True)


def chain_of_three(scheduler: Scheduler) -> None:
    """Right: a before b, b before c, a before c."""
    _cycle_of_three(scheduler, closed=False)


def _handler_and_holder(scheduler: Scheduler, *, irqsave: bool) -> None:
    locks = Locks(scheduler)
    lock = locks.spin("lock")

    def holder() -> None:
        if irqsave:
            lock.unlock_irqrestore(lock.lock_irqsave())
        else:
            lock.lock()
            lock.unlock()

    locks.threads(holder, locks.interrupt_t0(nests(lock)))


def handler_takes_what_is_held_with_irqs_on(scheduler: Scheduler) -> None:
    """Wrong: the handler may come while its own CPU holds the lock."""
    _handler_and_holder(scheduler, irqsave=False)


def handler_takes_what_is_held_with_irqs_off(scheduler: Scheduler) -> None:
    """Right: it cannot."""
    _handler_and_holder(scheduler, irqsave=True)


def _handler_at_a_distance(scheduler: Scheduler, *, irqs_on: bool) -> None:
    locks = Locks(scheduler)
    first, second = locks.spin("first"), locks.spin("second")

    def nested() -> None:
        irqs_were_off = first.lock_irqsave()
        second.lock()
        second.unlock()
        first.unlock_irqrestore(irqs_were_off)

    def alone() -> None:
        if not irqs_on:
            local_irq_disable(scheduler)
        second.lock()
        second.unlock()
        if not irqs_on:
            local_irq_enable(scheduler)

    locks.threads(nested, alone, locks.interrupt_t0(nests(first)))


def handler_waits_at_a_distance(scheduler: Scheduler) -> None:
    """Wrong: the handler's lock comes before one that is held with interrupts on."""
    _handler_at_a_distance(scheduler, irqs_on=True)


def handler_at_a_safe_distance(scheduler: Scheduler) -> None:
    """Right: the other one is held with interrupts off as well."""
    _handler_at_a_distance(scheduler, irqs_on=False)


def _mutex_and_spinlock(scheduler: Scheduler, *, mutex_first: bool) -> None:
    locks = Locks(scheduler)
    mutex, spin = locks.mutex("mutex"), locks.spin("spin")
    locks.threads(nests(mutex, spin) if mutex_first else nests(spin, mutex))


def mutex_inside_spinlock(scheduler: Scheduler) -> None:
    """Wrong: a mutex may sleep, and who holds a spinlock must not."""
    _mutex_and_spinlock(scheduler, mutex_first=False)


def spinlock_inside_mutex(scheduler: Scheduler) -> None:
    """Right: the other way round."""
    _mutex_and_spinlock(scheduler, mutex_first=True)


def _mutex_after_irq(scheduler: Scheduler, *, enabled: bool) -> None:
    locks = Locks(scheduler)
    mutex = locks.mutex("mutex")

    def body() -> None:
        local_irq_disable(scheduler)
        if enabled:
            local_irq_enable(scheduler)
        with mutex:
            pass
        local_irq_enable(scheduler)

    locks.threads(body)


def mutex_with_irqs_off(scheduler: Scheduler) -> None:
    """Wrong: with interrupts off nobody may sleep, whether or not the mutex is free."""
    _mutex_after_irq(scheduler, enabled=False)


def mutex_with_irqs_on_again(scheduler: Scheduler) -> None:
    """Right: they are on again."""
    _mutex_after_irq(scheduler, enabled=True)


def _synchronize(scheduler: Scheduler, *, inside: bool) -> None:
    locks = Locks(scheduler)
    domain = locks.srcu("domain")

    def body() -> None:
        index = domain.read_lock()
        if inside:
            domain.synchronize()
        domain.read_unlock(index)
        if not inside:
            domain.synchronize()

    locks.threads(body)


def synchronize_in_its_own_section(scheduler: Scheduler) -> None:
    """Wrong: the writer waits for itself."""
    _synchronize(scheduler, inside=True)


def synchronize_after_its_section(scheduler: Scheduler) -> None:
    """Right: it has left its section by then."""
    _synchronize(scheduler, inside=False)


def _lock_over_synchronize(scheduler: Scheduler, *, in_section: bool) -> None:
    locks = Locks(scheduler)
    domain, mutex = locks.srcu("domain"), locks.mutex("mutex")

    def writer() -> None:
        with mutex:
            domain.synchronize()

    def reader() -> None:
        index = domain.read_lock()
        if in_section:
            nests(mutex)()
        domain.read_unlock(index)
        if not in_section:
            nests(mutex)()

    locks.threads(writer, reader)


def lock_over_synchronize_wanted_in_a_section(scheduler: Scheduler) -> None:
    """Wrong: the writer waits for the reader, who waits for the writer's mutex."""
    _lock_over_synchronize(scheduler, in_section=True)


def lock_over_synchronize_wanted_after_the_section(scheduler: Scheduler) -> None:
    """Right: the reader has left its section before it wants the mutex."""
    _lock_over_synchronize(scheduler, in_section=False)


def _mutex_beside_rcu(scheduler: Scheduler, *, inside: bool) -> None:
    locks = Locks(scheduler)
    mutex, rcu = locks.mutex("mutex"), Rcu(scheduler)

    def body() -> None:
        with rcu:
            if inside:
                nests(mutex)()
        if not inside:
            nests(mutex)()

    locks.threads(body)


def mutex_in_an_rcu_section(scheduler: Scheduler) -> None:
    """Wrong: nobody sleeps in an RCU read section."""
    _mutex_beside_rcu(scheduler, inside=True)


def mutex_after_an_rcu_section(scheduler: Scheduler) -> None:
    """Right: the section is over."""
    _mutex_beside_rcu(scheduler, inside=False)


def _synchronize_rcu(scheduler: Scheduler, *, inside: bool) -> None:
    locks, rcu = Locks(scheduler), Rcu(scheduler)

    def body() -> None:
        rcu.read_lock()
        if inside:
            rcu.synchronize()
        rcu.read_unlock()
        if not inside:
            rcu.synchronize()

    locks.threads(body)


def synchronize_rcu_in_a_section(scheduler: Scheduler) -> None:
    """Wrong: the writer waits for itself."""
    _synchronize_rcu(scheduler, inside=True)


def synchronize_rcu_after_a_section(scheduler: Scheduler) -> None:
    """Right: it has left its section by then."""
    _synchronize_rcu(scheduler, inside=False)


PAIRS: tuple[tuple[str, Program, Program], ...] = (
    ("lock order", cycle_of_three, chain_of_three),
    (
        "lock irq inversion",
        handler_takes_what_is_held_with_irqs_on,
        handler_takes_what_is_held_with_irqs_off,
    ),
    ("lock irq inversion", handler_waits_at_a_distance, handler_at_a_safe_distance),
    ("sleep in atomic", mutex_inside_spinlock, spinlock_inside_mutex),
    ("sleep in atomic", mutex_with_irqs_off, mutex_with_irqs_on_again),
    (
        "synchronize in read section",
        synchronize_in_its_own_section,
        synchronize_after_its_section,
    ),
    ("sleep in atomic", mutex_in_an_rcu_section, mutex_after_an_rcu_section),
    (
        "synchronize in read section",
        synchronize_rcu_in_a_section,
        synchronize_rcu_after_a_section,
    ),
    (
        "lock order",
        lock_over_synchronize_wanted_in_a_section,
        lock_over_synchronize_wanted_after_the_section,
    ),
)
"""A kind of failure, a program that has it, and its relative that has not."""

DEFECTS: dict[str, Program] = {wrong.__name__: wrong for _, wrong, _ in PAIRS}
NEAR_MISSES: dict[str, Program] = {right.__name__: right for _, _, right in PAIRS}
