# SPDX-License-Identifier: GPL-2.0-only
"""What an example is: a small program with one of the classic bugs, and the same without it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from harness import Atomic, Carriers, Failure, Quiet, Scheduler, execute

Program = Callable[[Scheduler], None]


class Written(Protocol):
    """A program in two versions."""

    __name__: str

    def __call__(self, scheduler: Scheduler, *, fixed: bool) -> None:
        """Add the program's threads to a scheduler."""


@dataclass(frozen=True)
class Example:
    """A program in two versions.

    Attributes:
        written: adds the threads of either.
        fails_as: the kind of failure that the bug shows up as.
    """

    written: Written
    fails_as: str

    def buggy(self, scheduler: Scheduler) -> None:
        """Add the threads of the version with the bug."""
        self.written(scheduler, fixed=False)

    def fixed(self, scheduler: Scheduler) -> None:
        """Add the threads of the version without it."""
        self.written(scheduler, fixed=True)

    def length(self, carriers: Carriers) -> int:
        """Return the steps of a usual execution of the version with the bug."""
        return execute(self.buggy, Quiet(), carriers).steps


class Finish:
    """Lets the last of several threads look at the result."""

    def __init__(self, scheduler: Scheduler, threads: int, check: Callable[[], None]) -> None:
        self._arrived = Atomic(scheduler, "arrived", "0")
        self._threads = threads
        self._check = check

    def arrive(self) -> None:
        """End a thread's part."""
        if self._arrived.fetch_add(1) == self._threads - 1:
            self._check()


def wrong(scheduler: Scheduler, kind: str, message: str) -> None:
    """Fail as this kind."""
    scheduler.fail(Failure(kind, message))
