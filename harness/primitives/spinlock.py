# SPDX-License-Identifier: GPL-2.0-only
"""Spinlocks, with the rules the kernel checks when it is built for debugging.

Taking a lock is a scheduling point; unlocking is not, since whatever comes next in the thread is
one. A waiter for a lock that has a holder is not offered to the strategy.
"""

from collections.abc import Callable
from types import CodeType, TracebackType

from harness.engine import IN_IRQ, IRQS_ON, Gate, Operation, Thread, operation
from harness.primitives.context import local_irq_enable
from harness.primitives.lock_class import LockClass, LockListener
from harness.primitives.lock_failures import held_already, irqs_on, not_held


class SpinLock(Gate):
    """A spinlock: raw_spinlock_t, or spinlock_t if its class is said to sleep on PREEMPT_RT.

    Attributes:
        name: the lock with its number, as reports print it.
        owner: its holder, or None.
        rank: its place among the locks of its class, for nesting.
        taken_at: the function and the line at which it was last taken, None if that is not
            remembered; see harness.primitives.placed_lock.
        on_unlock: called by the holder just before it releases the lock: the place for invariants
            over what the lock guards.
    """

    __slots__ = (
        "_bit", "_irqs_off", "_news", "_operation", "_order", "_scheduler", "_wanted", "held_bit",
        "lock_class", "name", "on_unlock", "owner", "rank", "shut", "taken_at",
    )  # fmt: skip

    sleeps = False

    def __init__(
        self, order: LockListener, lock_class: LockClass, instance: str, *, rank: int | None = None
    ) -> None:
        """Make a lock.

        Args:
            order: the lock classes of the execution; notified of what is new about taking it.
            lock_class: its class.
            instance: its number, as reports print it.
            rank: where locks of the class are nested, they are taken in rising rank; None if
                something else orders them.
        """
        self._order = order
        self._scheduler = order.scheduler
        self._news = order.news
        self._bit = lock_class.bit
        self._irqs_off = lock_class.irqs_off
        self.lock_class = lock_class
        self.name = f"{lock_class.name}[{instance}]"
        self.owner: Thread | None = None
        self.on_unlock: Callable[[], None] | None = None
        self.rank = rank
        self.held_bit = 0
        self.taken_at: tuple[CodeType, int] | None = None
        self.shut = False
        # How many threads stand at the scheduling point before taking it, the running one apart,
        # and how often it was tried in vain.
        # To ask that before `opened` does saves 4 % of the instructions of PCT.
        self._wanted = 0
        self._operation = Operation("lock", lock_class.name, self.name, self)

    def __str__(self) -> str:
        return self.name

    def __repr__(self) -> str:
        held = "free" if self.owner is None else f"held by {self.owner}"
        return f"{type(self).__name__}({self.name}, {held})"

    def lock(self, subclass: int = 0) -> None:
        """Take the lock (raw_spin_lock, raw_spin_lock_nested).

        Args:
            subclass: 0, or what sets a nested acquisition of the same class apart.
        """
        scheduler = self._scheduler
        if scheduler.unwinding:
            return
        me = scheduler.current
        if scheduler.interrupts and not me.irqs_off:
            scheduler.interrupt(me)
        bit, chain = self._bit, me.chain
        if subclass or chain & self._news[bit]:
            bit <<= subclass
            self._look_twice(me, bit, subclass)
        # `scheduler.gated_point(self._operation)`, written out: no call is made more often, and to
        # make it takes 1.015 of the instructions of an execution.
        taking = self._operation
        scheduler.steps = step = scheduler.steps + 1
        if step >= scheduler.next_ask or self.shut:
            self._wanted += 1
            scheduler.decide(taking)
            self._wanted -= 1
        scheduler.trace.append(taking)
        self.owner = me
        self.shut = True
        self.held_bit = bit
        me.held.append(self)
        me.chain = chain | bit

    def unlock(self) -> None:
        """Release the lock (raw_spin_unlock)."""
        scheduler = self._scheduler
        if scheduler.unwinding:
            return
        me = scheduler.current
        if self.owner is not me:
            self._not_owner(me, "lock unlocked by another")
        if self.on_unlock is not None:
            self.on_unlock()
        self.owner = None
        self.shut = False
        last = me.held.pop()
        if last is not self:
            me.held.remove(self)
            me.held.append(last)
        me.chain &= ~self.held_bit
        if scheduler.wants_touches:
            scheduler.touch(operation("unlock", self.lock_class.name, self.name))
        if self._wanted:
            self._announce()

    def trylock(self) -> bool:
        """Take the lock if nobody holds it, and return whether that was so (raw_spin_trylock).

        Who does not wait cannot wait for ever: to have the lock is an order of locks only with
        what is taken inside.
        """
        scheduler = self._scheduler
        if scheduler.unwinding:
            return not self.shut
        scheduler.point(operation("trylock", self.lock_class.name, self.name))
        if self.shut:
            # From now on it is wanted: who spins on it has to see that it is released.
            self._wanted += 1
            return False
        me = scheduler.current
        if self._irqs_off and not me.irqs_off:
            self._refuse(me, again=False)
        self.owner = me
        self.shut = True
        self.held_bit = self._bit
        me.held.append(self)
        me.chain |= self._bit
        if me.chain & IRQS_ON:
            self._order.used_with_irqs_on(me, self, self._bit)
        scheduler.swapped[self.name] = len(scheduler.trace)
        if scheduler.wants_touches:
            scheduler.touch(self._operation)
        return True

    def lock_irqsave(self) -> bool:
        """Turn local interrupts off, take the lock, and return whether they were off before."""
        me = self._scheduler.current
        irqs_were_off = me.irqs_off
        me.irqs_off = True
        me.chain &= ~IRQS_ON
        self.lock()
        return irqs_were_off

    def unlock_irqrestore(self, irqs_were_off: bool) -> None:
        """Release the lock and put local interrupts back to what they were."""
        self.unlock()
        if not irqs_were_off:
            local_irq_enable(self._scheduler)

    def __enter__(self) -> None:
        self.lock()

    def __exit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Release the lock, also after an exception, as Python's does.

        What the block has released before it raised stays so, and an invariant over what is half
        done is not judged: the exception is what is wrong, unless somebody catches it.
        """
        if exception_type is None:
            self.unlock()
        elif self.owner is self._scheduler.current:
            judge, self.on_unlock = self.on_unlock, None
            try:
                self.unlock()
            finally:
                self.on_unlock = judge

    def assert_held(self) -> None:
        """Fail unless the running thread holds the lock (lockdep_assert_held)."""
        me = self._scheduler.current
        if self.owner is not me and not self._scheduler.unwinding:
            self._not_owner(me, "lock not held")

    def retire(self) -> None:
        """Release what refers back here: the lock is not taken any more."""
        self.on_unlock = None
        del self._operation

    def kept_with_irqs_on(self, me: Thread) -> None:
        """Notify that the holder turns local interrupts on; fail if its class must not."""
        if self._scheduler.unwinding:
            return
        if self._irqs_off:
            self._refuse(me, again=False)
        self._order.used_with_irqs_on(me, self, self.held_bit)

    def _announce(self) -> None:
        """Let those know who wait for the lock, or spin on it, that it is released."""
        scheduler = self._scheduler
        scheduler.swapped[self.name] = len(scheduler.trace)
        if scheduler.wants_growth:
            scheduler.opened(self)

    def _look_twice(self, me: Thread, bit: int, subclass: int) -> None:
        """Something is new about taking the lock as this: check it, and notify the listener."""
        if self.owner is me or (self._irqs_off and not me.irqs_off):
            self._refuse(me, again=self.owner is me)
        if subclass:
            self._order.nest(me, self, subclass)
        self._order.learn(me, self, bit)

    @property
    def holder(self) -> Thread | None:
        """The thread that has to release it."""
        return self.owner

    def describe_wait(self) -> str:
        """Say what a thread that waits here is waiting for."""
        return f"{self.name} held by {self.owner}"

    def _not_owner(self, me: Thread, kind: str) -> None:
        holder = "" if self.owner is None else self.owner.role
        self._scheduler.fail(not_held(me, self, self.lock_class, holder, kind))

    def _refuse(self, me: Thread, *, again: bool) -> None:
        if not again:
            self._scheduler.fail(irqs_on(me, self, self.lock_class))
        if me.chain & IN_IRQ and not me.chain & self.held_bit:
            # It is the interrupted thread that holds it: why that can be comes first.
            self._order.learn(me, self, self.held_bit)
        self._scheduler.fail(held_already(me, self, self.lock_class))
