# SPDX-License-Identifier: GPL-2.0-only
"""Listeners: objects that are notified of all that an execution does, and decide nothing in it.

Detectors, recorders and the collector of what steps touch are listeners. They are added to a
scheduler before its threads run; one without any runs the same schedule to the same trace. What a
listener may do is read, and fail the execution.

An event is a method, and one that no listener overrides costs nothing. Events come one at a time,
on the thread that causes them, in the order of the listeners; `Scheduler.current` is that thread.
While the program sets up its threads that is one called `start`, and until `begins` there are no
operations. When the execution is over and its threads unwind, there are no events any more but
`touches`.
"""

from collections.abc import Callable, Sequence
from typing import Any

from harness.engine.failures import Failure
from harness.engine.threads import Operation
from harness.engine.trace import Note

Methods = tuple[Callable[..., Any], ...]
"""What is called at an event, in order."""


class Listener:
    """Notified of the events of one execution; a subclass overrides those that it wants."""

    def begins(self) -> None:
        """The program is set up and the threads are about to run; nothing so far was a step.

        There is no execution to fail yet.
        """

    def does(self, operation: Operation) -> None:
        """The running thread does an operation: its turn has come, and nothing is done yet.

        It stands at the end of the trace right after this. The end of a thread is none.
        """

    def touches(self, operation: Operation) -> None:
        """The running step touches an object beyond what its thread has published, now.

        The same may come several times in a row.
        """

    def notes(self, words: Note) -> None:
        """The model puts words of its own into the trace."""

    def fails(self, failure: Failure) -> None:
        """Something is wrong, at this place, and the execution is about to end for it.

        An exception of the code under test is not notified, nor is what is found wrong when all
        threads have ended.
        """


def overriding(listeners: Sequence[Listener], event: str) -> Methods:
    """Return an event's methods of those listeners that override it."""
    plain = getattr(Listener, event)
    return tuple(
        getattr(listener, event)
        for listener in listeners
        if getattr(type(listener), event) is not plain
    )
