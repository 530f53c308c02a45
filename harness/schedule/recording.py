# SPDX-License-Identifier: GPL-2.0-only
"""Recording: an execution with everything that a reader of it wants to know.

The trace of an ordinary execution is as little as distinguishes two executions. To explain one, it
is run again with a listener that also writes down, at every operation, where in the model's code
it was done and what the world looked like before it. What an operation changed is then what the
world looked like before the next one. In between other functions may have begun and ended: each
stretch of that, in one function, is written down too, so that a change is known to be whose it is.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from types import FrameType

from harness.engine import Failure, Listener, Note, Operation, Scheduler, model_stack
from harness.schedule.calls import Calls
from harness.schedule.history import History, Moment, State


@dataclass(frozen=True, slots=True)
class RecordedEvent:
    """One operation, one note, or the end.

    Attributes:
        step: the number of the operation, of a note that of the operation before it.
        role: the thread.
        n: the number of the operation within its thread.
        what: the operation about to be done, the note, or None at the end of the execution.
        stack: the model functions it is done in, outermost first.
        state: what the world looks like before it.
    """

    step: int
    role: str
    n: int
    what: Operation | Note | None
    stack: tuple[str, ...]
    state: Moment


@dataclass(frozen=True, slots=True)
class Stretch:
    """What a thread did in one function without calling or leaving another.

    Attributes:
        after: the number of the event that came last before it, from 0.
        stack: the model functions it was done in, outermost first.
        state: what the world looks like after it.
        returned: what the function returned in the end, if it did and that is a word or some.
    """

    after: int
    stack: tuple[str, ...]
    state: Moment
    returned: str = ""


class Recorder(Listener):
    """Writes down what happens in an execution.

    Attributes:
        events: what has happened so far; after the execution the last one is its end.
        stretches: what was done between the events, in order.
        look: returns the objects that are not as they were when it was last asked, at first all
            of them; set by the program.
        waiting: for each thread that could not go on at the end, what it did.
        ended: the threads that had come to their end at the end.
    """

    def __init__(self, scheduler: Scheduler) -> None:
        """Begin to listen to an execution that has not started."""
        self.events: list[RecordedEvent] = []
        self.stretches: list[Stretch] = []
        self.look: Callable[[], State] = dict
        self.waiting: dict[str, str] = {}
        self.ended: frozenset[str] = frozenset()
        self._scheduler = scheduler
        self._history = History()
        self._stacks: dict[tuple[str, ...], tuple[str, ...]] = {}
        self._stack: tuple[str, ...] = ()
        self._calls = Calls(self._goes_on_in)
        scheduler.listen(self)

    @property
    def roles(self) -> tuple[str, ...]:
        """The threads in creation order."""
        return tuple(thread.role for thread in self._scheduler.threads)

    def does(self, operation: Operation) -> None:
        """Write down an operation that goes ahead now."""
        self._calls.begin()
        self._add(operation, model_stack(sys._getframe(1)))

    def notes(self, words: Note) -> None:
        """Write down words of the model's own."""
        self._add(words, model_stack(sys._getframe(1)))

    def fails(self, failure: Failure) -> None:
        """Write down what the world looks like at a failure."""
        self._add(None, model_stack(sys._getframe(1)))
        self._add_threads()

    def close(self) -> None:
        """Write down the end, if no failure has."""
        if not self.events or self.events[-1].what is not None:
            self._add_threads()
            self._add(None, ())

    def _goes_on_in(self, frame: FrameType | None, returned: str) -> None:
        """Write down what was done until the thread went on in another function."""
        if self._scheduler.unwinding:
            self._calls.end()
        elif self.events:
            self._end_stretch(model_stack(frame), returned)

    def _end_stretch(self, stack: tuple[str, ...], returned: str = "") -> Moment:
        """Write down what was done since the last event or call, and where it goes on."""
        state = self._history.add(self.look())
        if self.events:
            self.stretches.append(Stretch(len(self.events) - 1, self._stack, state, returned))
        self._stack = self._stacks.setdefault(stack, stack)
        return state

    def _add(self, what: Operation | Note | None, stack: tuple[str, ...]) -> None:
        scheduler = self._scheduler
        state = self._end_stretch(stack)
        role = scheduler.current.role
        self.events.append(
            RecordedEvent(scheduler.steps, role, scheduler.ops, what, self._stack, state)
        )
        if what is None:
            self._calls.end()

    def _add_threads(self) -> None:
        threads = self._scheduler.threads
        self.ended = frozenset(thread.role for thread in threads if thread.finished)
        for thread in threads:
            gate = thread.op.gate
            if thread.finished or gate is None or not gate.shut or gate.holder is thread:
                continue
            does = "idles" if gate.idle else f"waits for {gate.describe_wait()}"
            self.waiting[thread.role] = does
