# SPDX-License-Identifier: GPL-2.0-only
"""Recording: an execution with everything that a reader of it wants to know.

The trace of an ordinary execution is as little as tells two executions apart. To explain one, it
is run again on a scheduler that also writes down, at every operation, where in the model's code it
was done and what the world looked like before it. What an operation changed is then what the world
looked like before the next one.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn

from harness.engine import Failure, Note, Operation, Scheduler, Strategy, model_stack
from harness.schedule.history import History, Moment, State


@dataclass(frozen=True, slots=True)
class Event:
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


class Recorder(Scheduler):
    """A scheduler that writes down what happens.

    Its strategy has to want to be asked at the first step, as all that replay do.

    Attributes:
        events: what has happened so far; after the execution the last one is its end.
        look: returns the objects that are not as they were when it was last asked, at first all
            of them; set by the program.
        waiting: for each thread that could not go on at the end, what it did.
        ended: the threads that had come to their end at the end.
    """

    __slots__ = ("_history", "_stacks", "ended", "events", "look", "waiting")

    def __init__(self, strategy: Strategy, *, steps_max: int) -> None:
        super().__init__(strategy, steps_max=steps_max)
        self.events: list[Event] = []
        self.look: Callable[[], State] = dict
        self._history = History()
        self._stacks: dict[tuple[str, ...], tuple[str, ...]] = {}
        self.waiting: dict[str, str] = {}
        self.ended: frozenset[str] = frozenset()

    def decide(self, operation: Operation) -> None:
        """Decide, and write the operation down when it goes ahead; all are to be decided."""
        super().decide(operation)
        self.next_ask = 0
        self._record(operation)

    def note(self, *words: object) -> None:
        """Put words of the model's own into the trace, and write them down."""
        super().note(*words)
        self._record(words)

    def fail(self, failure: Failure) -> NoReturn:
        """Record a failure, and what the world looks like at it."""
        if not self.unwinding:
            self._record(None)
            self._record_threads()
        super().fail(failure)

    def _record(self, what: Operation | Note | None) -> None:
        if self.unwinding:
            return
        self._add(what, model_stack(sys._getframe(2)))

    def close(self) -> None:
        """Write down the end, if no failure has."""
        if not self.events or self.events[-1].what is not None:
            self._record_threads()
            self._add(None, ())

    def _add(self, what: Operation | Note | None, stack: tuple[str, ...]) -> None:
        me = self.current
        stack = self._stacks.setdefault(stack, stack)
        state = self._history.add(self.look())
        self.events.append(Event(self.steps, me.role, me.ops, what, stack, state))

    def _record_threads(self) -> None:
        self.ended = frozenset(thread.role for thread in self.threads if thread.finished)
        for thread in self.threads:
            gate = thread.op.gate
            holds = getattr(gate, "owner", None) is thread
            if not thread.finished and gate is not None and gate.shut and not holds:
                self.waiting[thread.role] = (
                    "idles" if gate.idle else f"waits for {gate.describe_wait()}"
                )
