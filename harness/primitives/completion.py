# SPDX-License-Identifier: GPL-2.0-only
"""Completions: something gets done once, and whoever waits for it goes on, also who comes later.

A completion remembers that it was completed, so a wait that begins after it does not sleep. What is
forgotten by `reinit` is lost to those who did not wait yet: see harness.engine.deadlock.
"""

from harness.engine import Gate, Operation, Scheduler, operation
from harness.primitives.atomic_context import check_may_sleep
from harness.primitives.place import Place, here
from harness.primitives.timed import timed_point


class Completion(Gate):
    """Something that gets done, and the gate of its waiters (struct completion).

    Attributes:
        name: the completion with its number, as reports print it.
        done: how many waiters may still proceed.
    """

    ALL = 1 << 30

    def __init__(self, scheduler: Scheduler, instance: str) -> None:
        self._scheduler = scheduler
        self.name = f"completion[{instance}]"
        self.done = 0
        self.shut = True
        self._completed: Place | None = None
        self._forgotten: tuple[Place, Place] | None = None
        self._complete = operation("complete", "completion", self.name)
        self._reinit = operation("reinit", "completion", self.name)
        self._wait = Operation("wait_for", "completion", self.name, self)

    def __repr__(self) -> str:
        return f"Completion({self.name}, {'not completed' if self.shut else 'completed'})"

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until it is completed; each completion releases one waiter (wait_for_completion).

        Args:
            timeout: None to wait however long; with one it is wait_for_completion_timeout. How
                large it is does not matter, but that 0 does not wait.

        Returns:
            whether it was completed; False if the time was up before.
        """
        scheduler = self._scheduler
        check_may_sleep(scheduler, f"wait for {self.name}", "completion")
        if timeout is None:
            scheduler.gated_point(self._wait)
        elif not timed_point(scheduler, self._wait, timeout):
            return False
        else:
            scheduler.touch(self._wait)
        if self.done < self.ALL:
            self._set(self.done - 1)
        return True

    def complete(self) -> None:
        """Release one waiter, present or to come (complete)."""
        self._scheduler.point(self._complete)
        self._completed = here(self._scheduler)
        self._set(self.done + 1)

    def complete_all(self) -> None:
        """Release all waiters, present and to come (complete_all)."""
        self._scheduler.point(self._complete)
        self._completed = here(self._scheduler)
        self._set(self.ALL)

    def reinit(self) -> None:
        """Begin anew, whatever was completed (reinit_completion)."""
        self._scheduler.point(self._reinit)
        if self.done and self._completed is not None:
            self._forgotten = self._completed, here(self._scheduler)
        self._set(0)

    def describe_wait(self) -> str:
        """Say what a thread that waits here is waiting for."""
        return f"{self.name} to be completed"

    def lost_wake_up(self) -> tuple[str, ...]:
        """Return how the completion was lost that a thread waits for, () if none was."""
        if self._forgotten is None:
            return ()
        completed, begun = self._forgotten
        return (f"completed by {completed}", f"forgotten by {begun}")

    def _set(self, done: int) -> None:
        if self.shut and self._scheduler.wants_touches:
            self._scheduler.touch(operation("found_shut", "completion", self.name))
        self.done = done
        self.shut = done <= 0
        if not self.shut and self._scheduler.wants_growth:
            self._scheduler.opened(self)
