# SPDX-License-Identifier: GPL-2.0-only
"""Event: a flag that threads wait for, with the rules of Python's threading.Event.

`set` wakes all that wait at that moment, and they go on even if the flag is cleared before they do.
Who comes after `clear` waits for the next `set`: an event that is set and cleared at once is missed
by whoever was not waiting yet.
"""

from harness.engine import Gate, Operation, Scheduler, operation
from harness.primitives.atomic_context import check_may_sleep
from harness.primitives.place import Place, here
from harness.primitives.timed import timed_point


class _Waiter(Gate):
    """One thread that waits for an event: the gate at which it does."""

    __slots__ = ("_event", "_role", "shut")

    def __init__(self, event: "Event", role: str) -> None:
        self._event = event
        self._role = role
        self.shut = True

    def describe_wait(self) -> str:
        """Say what the thread is waiting for."""
        return f"{self._event.name} to be set"

    def lost_wake_up(self) -> tuple[str, ...]:
        """Return how the event was set and cleared that the thread waits for, () if it was not.

        Who has cleared it himself has missed nothing: he waits for the next time that it is set.
        """
        was_set, was_cleared = self._event.was_set, self._event.was_cleared
        if was_set is None or was_cleared is None or was_cleared.role == self._role:
            return ()
        return (f"set by {was_set}", f"cleared by {was_cleared}")


class Event:
    """A flag, cleared at first (threading.Event).

    Attributes:
        name: the event with its number, as reports print it.
        was_set: where it was set last, None if it never was.
        was_cleared: where that was taken back, None if it was not.
    """

    def __init__(self, scheduler: Scheduler, instance: str) -> None:
        self._scheduler = scheduler
        self.name = f"event[{instance}]"
        self._flag = False
        self._waiters: list[_Waiter] = []
        self.was_set: Place | None = None
        self.was_cleared: Place | None = None
        self._look = operation("read", "event", self.name)
        self._set = operation("set", "event", self.name)
        self._clear = operation("clear", "event", self.name)
        self._seen = operation("wait_set", "event", self.name)

    def __repr__(self) -> str:
        return f"Event({self.name}, {'set' if self._flag else 'cleared'})"

    def is_set(self) -> bool:
        """Return whether it is set."""
        self._scheduler.point(self._look)
        if self._flag:
            self._scheduler.touch(self._seen)
        return self._flag

    def set(self) -> None:
        """Set it, and wake all that wait for it."""
        scheduler = self._scheduler
        scheduler.point(self._set)
        if scheduler.unwinding:
            return
        self._flag = True
        self.was_set, self.was_cleared = here(scheduler), None
        for waiter in self._waiters:
            waiter.shut = False
            if scheduler.wants_growth:
                scheduler.opened(waiter)
        self._waiters.clear()

    def clear(self) -> None:
        """Clear it: who comes from now on waits until it is set again."""
        scheduler = self._scheduler
        scheduler.point(self._clear)
        if scheduler.unwinding:
            return
        if self._flag:
            self.was_cleared = here(scheduler)
        self._flag = False

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until it is set.

        Args:
            timeout: None to wait however long; 0 does not wait, and how large it is else does
                not matter.

        Returns:
            whether it was set; False if the time was up before.
        """
        scheduler = self._scheduler
        check_may_sleep(scheduler, f"wait for {self.name}", "event")
        if self.is_set() or scheduler.unwinding:
            return True
        if timeout is not None and timeout <= 0:
            return False
        waiter = _Waiter(self, scheduler.current.role)
        self._waiters.append(waiter)
        waited = Operation("wait_set", "event", self.name, waiter)
        if timeout is None:
            scheduler.gated_point(waited)
        elif timed_point(scheduler, waited, timeout):
            scheduler.touch(self._seen)
        else:
            self._waiters.remove(waiter)
            return False
        return True
