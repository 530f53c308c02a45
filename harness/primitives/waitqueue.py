# SPDX-License-Identifier: GPL-2.0-only
"""Wait queues: how a thread sleeps until another has done something.

A wake-up that finds nobody asleep is gone. `wait_event` first stands in the queue and then looks
whether there is anything to wait for, so that none can come in between; `sleep_on` does not look,
and is only right where a lock keeps the waker out until the sleeper stands in the queue. Either may
give up when its time is up (harness.primitives.timed).

`wake_up` wakes everybody who waits for a condition, since each looks again, and one of those who
wait exclusively: in `wait_event_exclusive`, where each would take what is there, and in `sleep_on`,
since one is what `Condition.notify` of Python wakes.

Where every thread waits in the end, each of these says whether a wake-up was lost: see
harness.engine.deadlock.
"""

from collections.abc import Callable

from harness.engine import Operation, Scheduler, Thread, operation
from harness.primitives.atomic_context import check_may_sleep
from harness.primitives.place import Place, here
from harness.primitives.sleeper import Sleeper
from harness.primitives.spinlock import SpinLock
from harness.primitives.timed import timed_point


class WaitQueue:
    """A queue of sleeping threads (wait_queue_head).

    Attributes:
        name: the queue with its number, as reports print it.
        last: the last wake-up.
        gone: the last wake-up that found nobody asleep.
        woken: the threads that the last wake-up woke.
        on_wake: called when a wake-up has woken somebody, by whoever did.
    """

    def __init__(self, scheduler: Scheduler, family: str, instance: str = "0") -> None:
        self._scheduler = scheduler
        self._family = family
        self.name = f"{family}[{instance}]"
        self.last: Place | None = None
        self.gone: Place | None = None
        self.woken: list[Thread] = []
        self.on_wake: Callable[[], None] | None = None
        self._sleepers: list[Sleeper] = []
        self._prepare = operation("prepare_to_wait", family, self.name)
        self._wake = operation("wake_up", family, self.name)

    def __repr__(self) -> str:
        roles = ", ".join(sleeper.thread.role for sleeper in self._sleepers) or "nobody"
        return f"WaitQueue({self.name}, {roles} asleep)"

    @property
    def asleep(self) -> bool:
        """Whether anybody stands in the queue (wq_has_sleeper)."""
        if self._scheduler.wants_touches:
            self._scheduler.touch(self._wake)
        return bool(self._sleepers)

    def wait_event(
        self,
        condition: Callable[[], bool],
        lock: SpinLock | None = None,
        *,
        idle: bool = False,
    ) -> None:
        """Sleep until a condition holds; look again after every wake-up (wait_event).

        Args:
            condition: looked at with the lock held, if there is one; it changes nothing.
            lock: released while asleep (wait_event_lock_irq).
            idle: the thread has nothing to do while it sleeps, so that nobody need ever wake it.
        """
        self._wait_event(condition, None, lock, idle=idle)

    def wait_event_exclusive(
        self, condition: Callable[[], bool], lock: SpinLock | None = None
    ) -> None:
        """Sleep until a condition holds; of those who sleep so a `wake_up` wakes one.

        (wait_event_interruptible_exclusive, wait_event_exclusive_cmd.)

        Args:
            condition: as for `wait_event`.
            lock: as for `wait_event`.
        """
        self._wait_event(condition, None, lock, exclusive=True)

    def wait_event_timeout(
        self, condition: Callable[[], bool], timeout: float, lock: SpinLock | None = None
    ) -> bool:
        """Sleep until a condition holds or the time is up (wait_event_timeout).

        Args:
            condition: as for `wait_event`.
            timeout: 0 does not sleep; how large it is else does not matter.
            lock: as for `wait_event`.

        Returns:
            whether the condition holds, also if it came to hold just as the time was up.
        """
        return self._wait_event(condition, timeout, lock)

    def sleep_on(self, lock: SpinLock | None = None, timeout: float | None = None) -> bool:
        """Sleep until the queue is woken, whatever for (Condition.wait of Python).

        Args:
            lock: released when the thread stands in the queue, and taken again.
            timeout: None to sleep however long; how large it is else does not matter.

        Returns:
            whether it was woken; False if the time was up before.
        """
        return self._sleep(self._queued(None, lock, exclusive=True, idle=False), lock, timeout)

    def wake_up(self) -> None:
        """Wake all that do not wait exclusively, and of the others who has slept longest."""
        self._woken(exclusive_max=1)

    def wake_up_all(self) -> None:
        """Wake all that sleep."""
        self._woken(exclusive_max=None)

    def rouse(self) -> None:
        """Wake all that sleep, as the world outside the modelled threads may: no thread does it."""
        self._scheduler.touch(self._wake)
        self._open(self._sleepers[:])

    def retire(self) -> None:
        """Release what refers back here: nobody sleeps here any more."""
        self.on_wake = None
        self._sleepers.clear()

    def _queued(
        self,
        condition: Callable[[], bool] | None,
        lock: SpinLock | None,
        *,
        exclusive: bool,
        idle: bool,
    ) -> Sleeper:
        if lock is None:
            self._may_sleep()
        sleeper = Sleeper(self, self._scheduler, condition, exclusive=exclusive, idle=idle)
        self._scheduler.point(self._prepare)
        self._sleepers.append(sleeper)
        return sleeper

    def _wait_event(
        self,
        condition: Callable[[], bool],
        timeout: float | None,
        lock: SpinLock | None,
        *,
        exclusive: bool = False,
        idle: bool = False,
    ) -> bool:
        may_sleep = True
        while True:
            sleeper = self._queued(condition, lock, exclusive=exclusive, idle=idle)
            holds = bool(condition()) or self._scheduler.unwinding
            if holds or not may_sleep:
                self._leave(sleeper)
                return holds
            may_sleep = self._sleep(sleeper, lock, timeout)

    def _leave(self, sleeper: Sleeper) -> None:
        """Leave the queue without having been woken (finish_wait).

        A wake-up before this goes to the thread, one after it to whoever else is there.
        """
        if sleeper in self._sleepers:
            self._sleepers.remove(sleeper)
        if not self._scheduler.unwinding:
            self._scheduler.touch(self._prepare)

    def _sleep(self, sleeper: Sleeper, lock: SpinLock | None, timeout: float | None) -> bool:
        """Sleep; return whether it was a wake-up that ended that."""
        scheduler = self._scheduler
        if lock is not None:
            lock.unlock()
            self._may_sleep()
        asleep = Operation("sleep", self._family, self.name, sleeper)
        woken = True
        if timeout is None:
            scheduler.gated_point(asleep)
        elif timed_point(scheduler, asleep, timeout):
            scheduler.touch(asleep)
        else:
            self._leave(sleeper)
            woken = False
        if lock is not None:
            lock.lock()
        return woken

    def _may_sleep(self) -> None:
        check_may_sleep(self._scheduler, f"sleep at {self.name}", self._family)

    def _woken(self, *, exclusive_max: int | None) -> None:
        scheduler = self._scheduler
        scheduler.point(self._wake)
        if scheduler.unwinding:
            return
        self.last = here(scheduler)
        exclusive = [sleeper for sleeper in self._sleepers if sleeper.exclusive][:exclusive_max]
        woken = [each for each in self._sleepers if not each.exclusive or each in exclusive]
        self.woken = [sleeper.thread for sleeper in woken]
        if not self._sleepers:
            self.gone = self.last
        if woken and self.on_wake is not None:
            self.on_wake()
        self._open(woken)

    def _open(self, woken: list[Sleeper]) -> None:
        for sleeper in woken:
            self._sleepers.remove(sleeper)
            sleeper.shut = False
            if self._scheduler.wants_growth:
                self._scheduler.opened(sleeper)
