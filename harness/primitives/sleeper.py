# SPDX-License-Identifier: GPL-2.0-only
"""A thread in a wait queue: the gate at which it sleeps, and what a deadlock says of it."""

from collections.abc import Callable
from typing import Protocol

from harness.engine import Gate, Scheduler, Thread
from harness.primitives.place import Place


class Queue(Protocol):
    """What a sleeper asks of the queue it stands in (harness.primitives.waitqueue)."""

    name: str
    last: Place | None
    gone: Place | None
    woken: list[Thread]


class Sleeper(Gate):
    """One thread in a queue: the gate at which it sleeps."""

    def __init__(
        self,
        queue: Queue,
        scheduler: Scheduler,
        condition: Callable[[], bool] | None,
        *,
        exclusive: bool,
        idle: bool,
    ) -> None:
        self.thread = scheduler.current
        self.exclusive = exclusive
        self.idle = idle
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
