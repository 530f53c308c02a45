# SPDX-License-Identifier: GPL-2.0-only
"""rwlock_t: a spinning lock that any number of readers hold at once, or one writer alone.

Modelled: who excludes whom, and lockdep's rules. To the order of locks a class of these has two
sides: what is held for reading, subclass 1 in reports, and what is held for writing. A writer waits
for both. So does a reader, since the kernel's queued lock makes it wait behind a writer that waits
in its turn; that makes a second read section inside the first a deadlock in the making, which is
reported as lock recursion. A reader in an interrupt handler does not queue up: it waits for a
writer only, and may come on top of a reader (read_lock_is_recursive). On PREEMPT_RT it sleeps.

Differs: no thread stands in a queue. A reader goes in whenever no writer is inside, so whatever
comes of the queue is the business of the lock-order check and not of the schedule.
"""

from harness.engine import IN_IRQ, IRQS_ON, Gate, Operation, Thread, operation
from harness.primitives.lock_class import LockClass, LockListener, WaitType
from harness.primitives.lock_failures import held_already, irqs_on, not_held

READ = 1
"""The subclass of what is held for reading."""


class _Side(Gate):
    """The gate of those who want to read, or to write."""

    __slots__ = ("_lock", "_reads", "shut")

    def __init__(self, lock: "RwLock", *, reads: bool) -> None:
        self._lock = lock
        self._reads = reads
        self.shut = False

    @property
    def holder(self) -> Thread | None:
        """A thread that has to release the lock."""
        writer, readers = self._lock.owner, self._lock.readers
        return writer if writer is not None or not readers else readers[0]

    def describe_wait(self) -> str:
        """Say what a thread that waits here is waiting for."""
        does = "read" if self._reads else "write"
        return f"{self._lock.name} to {does}, held by {self._lock.holders()}"


class RwLock:
    """A readers-writer spinlock of some lock class (rwlock_t).

    Attributes:
        name: the lock with its number, as reports print it.
        owner: the writer that holds it, or None.
        readers: the threads that hold it for reading, each as often as it does.
        held_bit: the side that it was last taken on, see harness.detectors.lock_order.
    """

    sleeps = False
    rank: int | None = None

    def __init__(self, order: LockListener, lock_class: LockClass, instance: str) -> None:
        """Make a lock.

        Args:
            order: the lock classes of the execution; notified of what is new about taking it.
            lock_class: its class.
            instance: its number, as reports print it.
        """
        self._order = order
        self._scheduler = order.scheduler
        self.lock_class = order.waits_as(lock_class, WaitType.CONFIG)
        self.name = f"{lock_class.name}[{instance}]"
        self.owner: Thread | None = None
        self.readers: list[Thread] = []
        self.held_bit = 0
        self._to_read, self._to_write = _Side(self, reads=True), _Side(self, reads=False)
        family = lock_class.name
        self._read = Operation("read_lock", family, self.name, self._to_read)
        self._write = Operation("write_lock", family, self.name, self._to_write)
        self._read_end = operation("read_unlock", family, self.name)
        self._write_end = operation("write_unlock", family, self.name)
        self._try = operation("trylock", family, self.name)

    def __str__(self) -> str:
        return self.name

    def __repr__(self) -> str:
        held = f"held by {self.holders()}" if self.owner or self.readers else "free"
        return f"RwLock({self.name}, {held})"

    def read_lock(self) -> None:
        """Take the lock together with other readers (read_lock)."""
        if self._scheduler.unwinding:
            return
        me = self._interrupted()
        reading, writing = self._bits()
        if self.owner is me:
            self._scheduler.fail(held_already(me, self, self.lock_class))
        self._check_context(me)
        self._wants(me, writing)
        if not me.chain & IN_IRQ:
            self._order.learn(me, self, reading)
        self._scheduler.gated_point(self._read)
        self._taken_to_read(me)

    def write_lock(self) -> None:
        """Take the lock alone (write_lock)."""
        if self._scheduler.unwinding:
            return
        me = self._interrupted()
        reading, writing = self._bits()
        if self.owner is me or me in self.readers:
            self._scheduler.fail(held_already(me, self, self.lock_class))
        self._check_context(me)
        self._wants(me, reading)
        self._order.learn(me, self, writing)
        self._scheduler.gated_point(self._write)
        self._taken_to_write(me)

    def read_trylock(self) -> bool:
        """Take the lock for reading if no writer holds it; return whether that was so."""
        scheduler = self._scheduler
        if scheduler.unwinding:
            return not self._to_read.shut
        scheduler.point(self._try)
        if self._to_read.shut:
            return False
        self._check_context(scheduler.current)
        scheduler.touch(self._read)
        self._taken_to_read(scheduler.current)
        self._tried(scheduler.current)
        return True

    def write_trylock(self) -> bool:
        """Take the lock alone if nobody holds it; return whether that was so."""
        scheduler = self._scheduler
        if scheduler.unwinding:
            return not self._to_write.shut
        scheduler.point(self._try)
        if self._to_write.shut:
            return False
        self._check_context(scheduler.current)
        scheduler.touch(self._write)
        self._taken_to_write(scheduler.current)
        self._tried(scheduler.current)
        return True

    def read_unlock(self) -> None:
        """Release the lock as a reader (read_unlock)."""
        scheduler = self._scheduler
        if scheduler.unwinding:
            return
        me = scheduler.current
        if me not in self.readers:
            self._not_held(me, "lock unlocked by another")
        scheduler.touch(self._read_end)
        self.readers.remove(me)
        self._released(me, self._bits()[0])

    def write_unlock(self) -> None:
        """Release the lock as its writer (write_unlock)."""
        scheduler = self._scheduler
        if scheduler.unwinding:
            return
        me = scheduler.current
        if self.owner is not me:
            self._not_held(me, "lock unlocked by another")
        scheduler.touch(self._write_end)
        self.owner = None
        self._released(me, self._bits()[1])

    def assert_held(self) -> None:
        """Fail unless the running thread reads or writes (lockdep_assert_held)."""
        me = self._scheduler.current
        if self.owner is not me and me not in self.readers and not self._scheduler.unwinding:
            self._not_held(me, "lock not held")

    def kept_with_irqs_on(self, me: Thread) -> None:
        """Notify that a holder turns local interrupts on; fail if its class must not."""
        if not self._scheduler.unwinding:
            self._check_context(me)
            self._order.used_with_irqs_on(me, self, self._bits()[self.owner is me])

    def holders(self) -> str:
        """Say who holds it."""
        if self.owner is not None:
            return f"{self.owner}, which writes"
        return ", ".join(reader.role for reader in self.readers) or "nobody"

    def _bits(self) -> tuple[int, int]:
        bit = self.lock_class.bit
        return bit << READ, bit

    def _interrupted(self) -> Thread:
        """Let a handler run first that is due; return the running thread."""
        me = self._scheduler.current
        if self._scheduler.interrupts and not me.irqs_off:
            self._scheduler.interrupt(me)
        return me

    def _check_context(self, me: Thread) -> None:
        if self.lock_class.irqs_off and not me.irqs_off:
            self._scheduler.fail(irqs_on(me, self, self.lock_class))

    def _wants(self, me: Thread, bit: int) -> None:
        """Note that a thread waits for this side too, which it is not going to hold."""
        irqs_on_now = me.chain & IRQS_ON
        me.chain &= ~IRQS_ON
        self._order.learn(me, self, bit)
        me.chain |= irqs_on_now

    def _tried(self, me: Thread) -> None:
        self._scheduler.swapped[self.name] = len(self._scheduler.trace)
        if me.chain & IRQS_ON:
            self._order.used_with_irqs_on(me, self, self.held_bit)

    def _taken_to_read(self, me: Thread) -> None:
        self.readers.append(me)
        self._to_write.shut = True
        self._hold(me, self._bits()[0])

    def _taken_to_write(self, me: Thread) -> None:
        self.owner = me
        self._to_write.shut = self._to_read.shut = True
        self._hold(me, self._bits()[1])

    def _hold(self, me: Thread, bit: int) -> None:
        self.held_bit = bit
        me.held.append(self)
        me.chain |= bit

    def _released(self, me: Thread, bit: int) -> None:
        scheduler = self._scheduler
        me.held.remove(self)
        if all(lock.held_bit != bit for lock in me.held):
            me.chain &= ~bit
        self._to_read.shut = self.owner is not None
        self._to_write.shut = self._to_read.shut or bool(self.readers)
        scheduler.swapped[self.name] = len(scheduler.trace)
        if scheduler.wants_growth:
            for side in (self._to_read, self._to_write):
                if not side.shut:
                    scheduler.opened(side)

    def _not_held(self, me: Thread, kind: str) -> None:
        holder = "" if self.owner is None and not self.readers else self.holders()
        self._scheduler.fail(not_held(me, self, self.lock_class, holder, kind))
