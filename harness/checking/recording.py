# SPDX-License-Identifier: GPL-2.0-only
"""An execution of a program in lines: which thread did what, in which function.

The trace has no values in it. So a failing execution is run once more with a listener that looks,
at each operation, at the primitive that does it: what it is, and what it holds before and after.
Nothing is asked of a value that is no word: to print it would be to run code under test.
"""

import sys
from dataclasses import dataclass, replace
from types import FrameType

from harness.checking.headline import lines_of
from harness.checking.operations import SHOWN, operation_in_words
from harness.engine import (
    Carriers,
    Failure,
    Listener,
    Note,
    Operation,
    Scheduler,
    Thread,
    is_ours,
    model_stack,
    printable_text,
    value_text,
)

DEADLOCKS = ("deadlock", "lost wake-up", "livelock")
"""What is wrong where nobody can go on: it is no one thread's."""


_ABSENT = object()


@dataclass(frozen=True)
class Act:
    """One thing that one thread did.

    Attributes:
        role: the thread.
        function: the function of the program it was done in, "" if none.
        text: what was done, in words.
        fails: the failure is of this.
    """

    role: str
    function: str
    text: str
    fails: bool = False


@dataclass(frozen=True)
class _Done:
    """What has been done last: its line waits for what it has left the object at."""

    role: str
    function: str
    operation: Operation
    primitive: object
    was: str | None


class Recording(Listener):
    """Writes down an execution of a program."""

    def __init__(self, scheduler: Scheduler, carriers: Carriers) -> None:
        """Begin to listen to an execution that has not started.

        Args:
            scheduler: the execution.
            carriers: what its threads run on.
        """
        self._scheduler = scheduler
        self._carriers = carriers
        self._lines: list[Act] = []
        self._last: _Done | None = None
        self._waits: dict[int, int] = {}
        self._failed = False
        scheduler.listen(self)

    @property
    def roles(self) -> tuple[str, ...]:
        """The threads in creation order."""
        return tuple(thread.role for thread in self._scheduler.threads)

    def does(self, operation: Operation) -> None:
        """Write down an operation that goes ahead now."""
        self._end_last()
        me = self._scheduler.current
        self._who_waits(me)
        self._waits.pop(me.index, None)
        frame = sys._getframe(1)
        primitive = _primitive(frame, operation.name)
        self._last = _Done(me.role, _function(frame), operation, primitive, _value(primitive))

    def touches(self, operation: Operation) -> None:
        """Write down what is shown of what is no scheduling point."""
        if operation.kind in SHOWN and self._has_begun:
            self._end_last()
            self._add(_function(sys._getframe(1)), operation_in_words(operation, ""))

    def notes(self, words: Note) -> None:
        """Write down words of the program's own."""
        if self._has_begun:
            self._end_last()
            self._add(_function(sys._getframe(1)), " ".join(map(str, words)))

    def fails(self, failure: Failure) -> None:
        """Write down where it fails; of a deadlock, at what the threads wait."""
        self._end_last()
        self._failed = True
        if failure.kind in DEADLOCKS:
            self._who_waits(None)
            for place in self._waits.values():
                self._lines[place] = replace(self._lines[place], fails=True)
        elif self._has_begun:
            self._add(_function(sys._getframe(1)), failure.kind, fails=True)

    def close(self, failure: Failure) -> list[Act]:
        """Return the lines of an execution that is over and has failed.

        An exception is notified to nobody, and comes in the thread that ran last. What is found
        wrong when all have ended is no thread's.
        """
        self._end_last()
        scheduler = self._scheduler
        ran = [entry.role for entry in scheduler.trace if isinstance(entry, Thread)]
        if scheduler.unwinding and not self._failed and ran:
            function = failure.functions[0] if failure.functions else ""
            line = Act(ran[-1], function, f"raises {lines_of(failure.message)[0]}", fails=True)
            self._lines.append(line)
        elif not scheduler.unwinding:
            self._lines.append(Act("", "", "all threads have ended"))
        return self._lines

    @property
    def _has_begun(self) -> bool:
        """Whether a thread is running: not the program that sets them up, nor what unwinds."""
        return self._scheduler.current.index >= 0 and not self._scheduler.unwinding

    def _add(self, function: str, text: str, *, fails: bool = False) -> None:
        role = self._scheduler.current.role
        self._lines.append(Act(role, function, printable_text(text), fails))

    def _end_last(self) -> None:
        """Write down what was done last, with what the object holds by now."""
        done, self._last = self._last, None
        if done is None:
            return
        now = _value(done.primitive)
        values = None if done.was is None or now is None else (done.was, now)
        noun = "" if done.primitive is None else type(done.primitive).__name__.lower().lstrip("_")
        text = operation_in_words(done.operation, noun, values)
        self._lines.append(Act(done.role, done.function, printable_text(text)))

    def _who_waits(self, me: Thread | None) -> None:
        """Write down which threads but this one stand at a gate that is shut, each time once."""
        for thread in self._scheduler.threads:
            gate = thread.op.gate
            if thread is me or thread.finished or gate is None or not gate.shut:
                continue
            if thread.daemon and not thread.busy:
                continue  # it has nothing to do, and that keeps nobody
            if thread.index not in self._waits:
                stack = self._stack_of(thread)
                text = printable_text(f"waits for {gate.describe_wait()}")
                self._waits[thread.index] = len(self._lines)
                self._lines.append(Act(thread.role, stack[-1] if stack else "", text))

    def _stack_of(self, thread: Thread) -> tuple[str, ...]:
        me = self._scheduler.current
        return model_stack(sys._getframe(1)) if thread is me else self._carriers.stack(thread)


def _function(frame: FrameType) -> str:
    stack = model_stack(frame)
    return stack[-1] if stack else ""


def _primitive(frame: FrameType | None, name: str) -> object:
    """Return the object of the harness that does the operation on this name, None if unknown."""
    while frame is not None and is_ours(frame):
        found = frame.f_locals.get("self")
        if found is not None and _attribute(found, "name") == name:
            return found
        frame = frame.f_back
    return None


def _value(primitive: object) -> str | None:
    """Return what an object holds in a word or two; None if it holds nothing of that kind."""
    value = _attribute(primitive, "value")
    return None if value is _ABSENT else value_text(value)


def _attribute(of: object, name: str) -> object:
    """Return an attribute as it is there: one that can be freed notices when it is asked."""
    try:
        return object.__getattribute__(of, name)
    except AttributeError:
        return _ABSENT
