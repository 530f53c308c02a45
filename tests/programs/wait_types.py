# SPDX-License-Identifier: GPL-2.0-only
"""Locks that sleep on PREEMPT_RT where nothing may, and where they may.

Each program that is wrong stands beside one that is right and looks like it. None of them hangs,
and on a kernel that is not PREEMPT_RT all of them work.
"""

from collections.abc import Callable

from harness import (
    Cell,
    HostInterrupt,
    LockOrder,
    Mutex,
    Rcu,
    RwLock,
    Scheduler,
    SpinLock,
    Srcu,
    local_irq_disable,
    local_irq_enable,
)
from tests.programs.example import Program

Body = Callable[[], None]


class Kernel:
    """Locks of each kind, each of a class of its own, and what can run on top of a thread."""

    def __init__(self, scheduler: Scheduler) -> None:
        self.scheduler = scheduler
        self.order = LockOrder(scheduler)
        self.raw = SpinLock(self.order, self.order.lock_class("raw"), "0")
        sleeps = self.order.lock_class("spin", sleeps_on_rt=True)
        self.spin = SpinLock(self.order, sleeps, "0")
        self.table = RwLock(self.order, self.order.lock_class("table"), "0")
        self.cell = Cell(scheduler, "cell", "0", 0)

    def takes_spin(self) -> None:
        """Take the spinlock_t."""
        with self.spin:
            self.cell.read()

    def reads_table(self) -> None:
        """Take the rwlock_t for reading."""
        self.table.read_lock()
        self.cell.read()
        self.table.read_unlock()

    def runs(self, body: Body) -> None:
        """Add a thread."""
        self.scheduler.thread("t0", body)

    def interrupted(self, body: Body, handler: Body, *, threaded_on_rt: bool) -> None:
        """Add a thread on top of which a handler runs, and who asserts the interrupt."""
        line = HostInterrupt(self.scheduler, "0", "t0", handler, threaded_on_rt=threaded_on_rt)
        self.runs(body)
        self.scheduler.thread("device", line.assert_line)


def spinlock_inside_a_raw_one(scheduler: Scheduler) -> None:
    """Wrong: who holds a raw_spinlock_t does not sleep on any kernel."""
    kernel = Kernel(scheduler)

    def body() -> None:
        with kernel.raw:
            kernel.takes_spin()

    kernel.runs(body)


def raw_spinlock_inside_another(scheduler: Scheduler) -> None:
    """Right: the other way round, and inside all else."""
    kernel = Kernel(scheduler)
    mutex = Mutex(kernel.order, kernel.order.lock_class("mutex"), "0")

    def body() -> None:
        with mutex, kernel.spin, kernel.raw:
            kernel.cell.read()

    kernel.runs(body)


def reader_inside_a_raw_spinlock(scheduler: Scheduler) -> None:
    """Wrong: an rwlock_t sleeps, too, whoever wants it."""
    kernel = Kernel(scheduler)

    def body() -> None:
        with kernel.raw:
            kernel.reads_table()

    kernel.runs(body)


def reader_inside_a_spinlock(scheduler: Scheduler) -> None:
    """Right: that one sleeps in the same way."""
    kernel = Kernel(scheduler)

    def body() -> None:
        with kernel.spin:
            kernel.reads_table()

    kernel.runs(body)


def spinlock_in_a_hard_handler(scheduler: Scheduler) -> None:
    """Wrong: nobody sleeps there, whatever is held."""
    kernel = Kernel(scheduler)
    kernel.interrupted(lambda: kernel.cell.write(1), kernel.takes_spin, threaded_on_rt=False)


def spinlock_in_a_threaded_handler(scheduler: Scheduler) -> None:
    """Right: on PREEMPT_RT that handler is a thread."""
    kernel = Kernel(scheduler)
    kernel.interrupted(lambda: kernel.cell.write(1), kernel.takes_spin, threaded_on_rt=True)


def raw_and_spinlock_in_a_threaded_handler(scheduler: Scheduler) -> None:
    """Wrong: it holds a raw_spinlock_t of its own."""
    kernel = Kernel(scheduler)

    def handler() -> None:
        with kernel.raw:
            kernel.takes_spin()

    kernel.interrupted(lambda: kernel.cell.write(1), handler, threaded_on_rt=True)


def spinlock_in_a_handler_on_top_of_a_raw_one(scheduler: Scheduler) -> None:
    """Right: what the interrupted thread holds is its own business: on PREEMPT_RT it is another."""
    kernel = Kernel(scheduler)

    def body() -> None:
        with kernel.raw:
            kernel.cell.write(1)

    kernel.interrupted(body, kernel.takes_spin, threaded_on_rt=True)


def spinlock_inside_a_raw_one_that_was_tried(scheduler: Scheduler) -> None:
    """Wrong: it is held, however that came."""
    kernel = Kernel(scheduler)

    def body() -> None:
        if kernel.raw.trylock():
            kernel.takes_spin()
            kernel.raw.unlock()

    kernel.runs(body)


def spinlock_that_is_tried_inside_a_raw_one(scheduler: Scheduler) -> None:
    """Right: who only tries does not wait."""
    kernel = Kernel(scheduler)

    def body() -> None:
        with kernel.raw:
            if kernel.spin.trylock():
                kernel.spin.unlock()

    kernel.runs(body)


def documented_inside_a_raw_spinlock(scheduler: Scheduler) -> None:
    """Wrong: that the order is documented does not make it right."""
    kernel = Kernel(scheduler)
    kernel.order.document(kernel.raw.lock_class, kernel.spin.lock_class)

    def body() -> None:
        if kernel.spin.trylock():
            kernel.spin.unlock()
        with kernel.raw:
            kernel.takes_spin()

    kernel.runs(body)


def documented_around_a_raw_spinlock(scheduler: Scheduler) -> None:
    """Right: the other order is."""
    kernel = Kernel(scheduler)
    kernel.order.document(kernel.spin.lock_class, kernel.raw.lock_class)

    def body() -> None:
        with kernel.spin, kernel.raw:
            kernel.cell.read()

    kernel.runs(body)


def spinlock_in_a_section_inside_a_raw_one(scheduler: Scheduler) -> None:
    """Wrong: a read section allows no more than what is around it."""
    kernel, rcu = Kernel(scheduler), Rcu(scheduler)

    def body() -> None:
        with kernel.raw, rcu:
            kernel.takes_spin()

    kernel.runs(body)


def spinlocks_in_read_sections(scheduler: Scheduler) -> None:
    """Right: who reads may be preempted on PREEMPT_RT; so may the callback, in its softirq."""
    kernel, rcu = Kernel(scheduler), Rcu(scheduler)
    srcu = Srcu(kernel.order, kernel.order.lock_class("srcu"), "0")

    def body() -> None:
        section = srcu.read_lock()
        with rcu:
            kernel.takes_spin()
            rcu.call(kernel.reads_table)
        srcu.read_unlock(section)

    kernel.runs(body)


def raw_spinlock_with_interrupts_off_then_another(scheduler: Scheduler) -> None:
    """Wrong: what forbids it is the lock."""
    kernel = Kernel(scheduler)

    def body() -> None:
        irqs_were_off = kernel.raw.lock_irqsave()
        kernel.takes_spin()
        kernel.raw.unlock_irqrestore(irqs_were_off)

    kernel.runs(body)


def spinlock_with_interrupts_off(scheduler: Scheduler) -> None:
    """Passes, as with lockdep: that interrupts are off is no wait context."""
    kernel = Kernel(scheduler)

    def body() -> None:
        local_irq_disable(scheduler)
        kernel.takes_spin()
        local_irq_enable(scheduler)

    kernel.runs(body)


PAIRS: tuple[tuple[Program, Program], ...] = (
    (spinlock_inside_a_raw_one, raw_spinlock_inside_another),
    (reader_inside_a_raw_spinlock, reader_inside_a_spinlock),
    (spinlock_in_a_hard_handler, spinlock_in_a_threaded_handler),
    (raw_and_spinlock_in_a_threaded_handler, spinlock_in_a_handler_on_top_of_a_raw_one),
    (spinlock_inside_a_raw_one_that_was_tried, spinlock_that_is_tried_inside_a_raw_one),
    (documented_inside_a_raw_spinlock, documented_around_a_raw_spinlock),
    (spinlock_in_a_section_inside_a_raw_one, spinlocks_in_read_sections),
    (raw_spinlock_with_interrupts_off_then_another, spinlock_with_interrupts_off),
)
"""A program that is an `invalid wait context`, and its relative that is none."""

DEFECTS: dict[str, Program] = {wrong.__name__: wrong for wrong, _ in PAIRS}
NEAR_MISSES: dict[str, Program] = {right.__name__: right for _, right in PAIRS}
