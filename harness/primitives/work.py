# SPDX-License-Identifier: GPL-2.0-only
"""A work item: what is queued, and how often it was, see harness.primitives.workqueue."""

from collections.abc import Callable
from typing import Protocol

from harness.engine import Gate, Thread


class QueueOfWork(Protocol):
    """What an item was queued on, for those who cancel it by another queue or end it there.

    Attributes:
        items: the pending items, in the order in which they were queued.
    """

    items: list["Work"]

    @property
    def shut(self) -> bool:
        """Whether no item can be begun with."""

    def changed(self, kind: str, *, found_shut: bool) -> None:
        """Say that the queue is not as it was."""


class Work:
    """A work item (struct work_struct).

    Attributes:
        name: the item with its number, as reports print it.
        function: what is to be done.
        last: how often it was queued.
        pending: which of these queueings no worker has begun with, if there is one.
        running: which of them is being carried out, if one is.
        worker: the thread that does or did it last.
        cancelling: how many threads wait for its end and let nobody queue it.
        queue: the queue that it was last queued on, None if it never was.
        waiting: the gates of those who wait until a queueing is over.
    """

    def __init__(self, instance: str, function: Callable[[], object]) -> None:
        """Set up an item (INIT_WORK).

        Args:
            instance: its number, as reports print it.
            function: what is to be done.
        """
        self.name = f"work[{instance}]"
        self.function = function
        self.last = 0
        self.pending: int | None = None
        self.running: int | None = None
        self.worker: Thread | None = None
        self.cancelling = 0
        self.queue: QueueOfWork | None = None
        self.waiting: list[Gate] = []

    def __str__(self) -> str:
        return self.name

    def __repr__(self) -> str:
        state = "pending" if self.pending is not None else "not pending"
        return f"Work({self.name}, {state}{'' if self.running is None else ', runs'})"

    def queueing(self, number: int | None) -> str:
        """Return the name of one queueing."""
        return f"{self.name}.{number}"

    def begin(self, worker: Thread) -> None:
        """A worker begins with it: it is not pending any more, and may be queued again."""
        self.running, self.pending, self.worker = self.pending, None, worker
        worker.busy = True

    def end(self) -> int:
        """Its function is over; return which queueing that was."""
        number, self.running = self.running, None
        assert number is not None
        return number


class Over(Gate):
    """Where a thread waits until one queueing of an item is over: done, or taken off.

    Each queueing is an object of its own to searches, with a gate that opens once.
    """

    __slots__ = ("_number", "_work")

    def __init__(self, work: Work, number: int) -> None:
        self._work = work
        self._number = number

    @property
    def shut(self) -> bool:  # type: ignore[override]  # it follows, and is never set
        """Whether it is not over."""
        return self._number in (self._work.pending, self._work.running)

    @property
    def holder(self) -> Thread | None:
        """The worker, if it has begun."""
        return self._work.worker if self._work.running == self._number else None

    def describe_wait(self) -> str:
        """Say what a thread that waits here is waiting for."""
        return f"{self._work.name} to be done"
