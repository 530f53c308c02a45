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

from harness.engine import Gate, Operation, Scheduler, Thread, operation
from harness.primitives.atomic_context import check_may_sleep
from harness.primitives.place import Place, here
from harness.primitives.spinlock import SpinLock
from harness.primitives.timed import timed_point


class _Sleeper(Gate):
    """One thread in a queue: the gate at which it sleeps."""

    def __init__(
        self,
        queue: "WaitQueue",
        scheduler: Scheduler,
        condition: Callable[[], bool] | None,
        *,
        exclusive: bool,
    ) -> None:
        self.thread = scheduler.current
        self.exclusive = exclusive
        self._queue = queue
        self._scheduler = scheduler
        self._since = scheduler.steps
        self._condition = condition
        self.shut = True

    def describe_wait(self) -> str:
        """Say what the thread is waiting for."""
        return f"a wake-up at {self._queue.name}"

    def lost_wake_up(self) -> tuple[str, ...]:
        """Return how the wake-up was lost that the thread waits for, () if none was."""
        last = self._queue.last
        if self._condition is None:
            gone = self._queue.gone
            if gone is None or gone.step <= self._since:
                return ()
            return (f"the wake-up found nobody: {gone}", "the thread was about to sleep by then")
        if not self._scheduler.evaluate(self._condition):
            return ()
        happened = "what the thread waits for is so by now"
        if last is None:
            return (happened, "nobody has woken it")
        if last.step > self._since and self._queue.woken:
            return (happened, *self.last_wake_up())
        return (happened, f"the last wake-up came before: {last}")

    def last_wake_up(self) -> tuple[str, ...]:
        """Return whom the last wake-up went to, and what they have done since."""
        last, woken = self._queue.last, self._queue.woken
        if last is None:
            return ("nobody has woken anybody there",)
        how = f"the last wake-up there: {last}"
        if not woken:
            return (how, "it found nobody asleep")
        return (how, *(f"it woke {thread.role}, which {_became(thread)}" for thread in woken))


def _became(thread: Thread) -> str:
    """Say what a thread is at when nobody can go on."""
    if thread.finished:
        return "has ended since"
    gate = thread.op.gate
    return "has not gone on since" if gate is None else f"waits for {gate.describe_wait()}"


class WaitQueue:
    """A queue of sleeping threads (wait_queue_head).

    Attributes:
        name: the queue with its number, as reports print it.
        last: the last wake-up.
        gone: the last wake-up that found nobody asleep.
        woken: the threads that the last wake-up woke.
    """

    def __init__(self, scheduler: Scheduler, family: str, instance: str = "0") -> None:
        self._scheduler = scheduler
        self._family = family
        self.name = f"{family}[{instance}]"
        self.last: Place | None = None
        self.gone: Place | None = None
        self.woken: list[Thread] = []
        self._sleepers: list[_Sleeper] = []
        self._prepare = operation("prepare_to_wait", family, self.name)
        self._wake = operation("wake_up", family, self.name)

    def __repr__(self) -> str:
        roles = ", ".join(sleeper.thread.role for sleeper in self._sleepers) or "nobody"
        return f"WaitQueue({self.name}, {roles} asleep)"

    def wait_event(self, condition: Callable[[], bool], lock: SpinLock | None = None) -> None:
        """Sleep until a condition holds; look again after every wake-up (wait_event).

        Args:
            condition: looked at with the lock held, if there is one; it changes nothing.
            lock: released while asleep (wait_event_lock_irq).
        """
        self._wait_event(condition, None, lock)

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
        return self._sleep(self._queued(None, lock, exclusive=True), lock, timeout)

    def wake_up(self) -> None:
        """Wake all that do not wait exclusively, and of the others who has slept longest."""
        self._woken(exclusive_max=1)

    def wake_up_all(self) -> None:
        """Wake all that sleep."""
        self._woken(exclusive_max=None)

    def _queued(
        self, condition: Callable[[], bool] | None, lock: SpinLock | None, *, exclusive: bool
    ) -> _Sleeper:
        if lock is None:
            self._may_sleep()
        sleeper = _Sleeper(self, self._scheduler, condition, exclusive=exclusive)
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
    ) -> bool:
        may_sleep = True
        while True:
            sleeper = self._queued(condition, lock, exclusive=exclusive)
            holds = bool(condition()) or self._scheduler.unwinding
            if holds or not may_sleep:
                self._leave(sleeper)
                return holds
            may_sleep = self._sleep(sleeper, lock, timeout)

    def _leave(self, sleeper: _Sleeper) -> None:
        """Leave the queue without having been woken (finish_wait).

        A wake-up before this goes to the thread, one after it to whoever else is there.
        """
        if sleeper in self._sleepers:
            self._sleepers.remove(sleeper)
        if not self._scheduler.unwinding:
            self._scheduler.touch(self._prepare)

    def _sleep(self, sleeper: _Sleeper, lock: SpinLock | None, timeout: float | None) -> bool:
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
        for sleeper in woken:
            self._sleepers.remove(sleeper)
            sleeper.shut = False
            if scheduler.wants_growth:
                scheduler.opened(sleeper)
