# SPDX-License-Identifier: GPL-2.0-only
"""What carries modelled threads, and what it needs to know of an execution to do so."""

from collections.abc import Sequence
from typing import Protocol

from harness.engine.threads import Thread


class Carried(Protocol):
    """An execution, as its carriers see it."""

    @property
    def threads(self) -> Sequence[Thread]:
        """The modelled threads in creation order."""

    @property
    def steps(self) -> int:
        """How many operations have been published."""

    @property
    def current(self) -> Thread:
        """The thread that holds the baton."""

    def carry(self, thread: Thread) -> Thread | None:
        """Run a thread's body to its end; return who goes next, None if all have ended."""


class Carriers(Protocol):
    """What carries the modelled threads: OS threads, or greenlets."""

    def run(self, scheduler: Carried, first: Thread) -> None:
        """Run an execution, starting with this thread; return when all have ended."""

    def welcome(self, thread: Thread) -> None:
        """Carry one more thread of the execution under way, the last in creation order."""

    def hand_over(self, me: Thread, other: Thread) -> None:
        """Let the other run; return when control is handed back to me."""

    def stack(self, thread: Thread) -> tuple[str, ...]:
        """Return the model functions a parked thread is in, outermost first."""
