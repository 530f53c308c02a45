# SPDX-License-Identifier: GPL-2.0-only
"""Data races: two threads touch a field, one of them writes, and nothing puts one before the other.

Flanagan, Freund: FastTrack: Efficient and Precise Dynamic Race Detection (PLDI 2009). Each thread
has a vector clock; what it does to a lock or an atomic hands its clock on or takes one over. A
field remembers who wrote it last, and who has read it since, each as one number of one thread's
clock, an epoch: an access that does not know an epoch is a race with it, also in a schedule in
which nothing went wrong, and without a scheduling point at either access. What orders and what does
not is in harness/detectors/races/edges.py.

A field is declared once, with the lock that guards it if one does. An access without that lock is
reported even if it was ordered by luck. Accesses that are documented to be unlocked are named, with
the reason, and are neither reported nor remembered.
"""

import sys
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import FrameType
from typing import Any, NamedTuple, NoReturn

from harness.detectors.races.edges import RELINK, Clocks
from harness.engine import (
    IN_IRQ,
    Failure,
    Listener,
    Lock,
    Operation,
    Scheduler,
    Thread,
    model_function,
    model_stack,
)
from harness.primitives import SpinLock, Watching

Guard = SpinLock | str | None
"""A lock; the role of the only thread that may touch it; or None: ordered in some other way."""

KINDS = ("data race", "unguarded access", "list changed without its lock")
"""The kinds of failure that only a check for races finds."""


class Access(NamedTuple):
    """One access to a field.

    Attributes:
        thread: who.
        epoch: its own clock at that time.
        writes: whether it is a write.
        step: when.
        function: the model function that did it.
        held: the locks that the thread held. Of accesses in one epoch the first is kept.
    """

    thread: Thread
    epoch: int
    writes: bool
    step: int
    function: str
    held: tuple[Lock, ...]

    def __str__(self) -> str:
        did = "writes" if self.writes else "reads"
        held = ", ".join(lock.name for lock in self.held) or "no lock"
        return f"{self.thread} {did} it at step {self.step} in {self.function}(), holding {held}"


@dataclass
class _Field:
    """What is remembered of one field of one object, which lives for as long."""

    thing: object
    guard: Guard
    written: Access | None = None
    reads: dict[int, Access] = field(default_factory=dict)


class DataRaces(Listener):
    """The clocks of one execution and the fields it watches; build it before the threads run."""

    def __init__(
        self,
        scheduler: Scheduler,
        documented: Mapping[tuple[str, str], str] | None = None,
    ) -> None:
        """Begin to listen.

        Args:
            scheduler: the execution's scheduler, whose threads do not run yet.
            documented: the reasons of accesses that need no order, by function and field, or
                family of lists.
        """
        self._scheduler = scheduler
        self._documented = documented or {}
        self._clocks = Clocks(scheduler)
        self._fields: defaultdict[str, list[_Field]] = defaultdict(list)
        self._watching = Watching(self._accessed)
        self._telling = False
        scheduler.listen(self)

    def watch(self, thing: object, guards: Mapping[str, Guard]) -> None:
        """Declare fields of an object.

        Args:
            thing: the object; it prints as reports shall call it.
            guards: what guards each field.
        """
        for name, guard in guards.items():
            self._fields[name].append(_Field(thing, guard))
        self._watching.watch(thing, tuple(guards))

    def does(self, operation: Operation) -> None:
        """Pass on what the running thread knows, as the operation does."""
        if operation.kind == RELINK:
            self._unlocked_list(operation)
        self._clocks.does(operation)

    touches = does

    # What is accessed.

    def _known(self, thing: object, field: str) -> _Field:
        # Others may be equal to it, or not to be hashed.
        return next(known for known in self._fields[field] if known.thing is thing)

    def _accessed(self, thing: Any, field: str, writes: bool, frame: FrameType) -> None:
        scheduler = self._scheduler
        me = scheduler.current
        if scheduler.unwinding or self._telling or not me.started:
            return
        known = self._known(thing, field)
        clock = self._clocks.of(me)
        epoch = clock[me.index]
        guard = known.guard
        guarded = guard is None or _guarded(guard, me)
        written, reads = known.written, known.reads
        # Most accesses are of an epoch in which this thread has done the same before.
        if guarded:
            if writes and written is not None and not reads:
                if written.thread is me and written.epoch == epoch:
                    return
            elif not writes and me.index in reads and reads[me.index].epoch == epoch:
                return
        function = model_function(frame)
        if (function, field) in self._documented:
            return
        access = Access(me, epoch, writes, scheduler.steps, function, tuple(me.held))
        if guard is not None and not guarded:
            self._unguarded(thing, field, guard, access, frame)
        if written is not None and written.epoch > clock[written.thread.index]:
            self._race(thing, field, written, access, frame)
        if not writes:
            reads[me.index] = access
            return
        for read in reads.values():
            if read.epoch > clock[read.thread.index]:
                self._race(thing, field, read, access, frame)
        known.written = access
        reads.clear()

    # What is wrong.

    def _race(
        self, thing: Any, field: str, earlier: Access, later: Access, frame: FrameType
    ) -> NoReturn:
        self._telling = True  # an object may look at its own fields to print itself
        guard = self._known(thing, field).guard
        self._scheduler.fail(
            Failure(
                kind="data race",
                message=f"{thing}: {field}: {earlier.thread} and {later.thread} touch it, "
                f"{'both write' if earlier.writes and later.writes else 'one of them writes'}, "
                "and nothing puts one before the other",
                # Which of the two came first is the schedule's: it is one race.
                functions=tuple(sorted((earlier.function, later.function))),
                lock_classes=(field,),
                details=(
                    str(earlier),
                    f"{later}, called by {_calls(frame)}",
                    f"{field} is declared to be {_guard_text(guard)}",
                ),
            )
        )

    def _unguarded(
        self, thing: Any, field: str, guard: SpinLock | str, access: Access, frame: FrameType
    ) -> NoReturn:
        self._telling = True
        self._scheduler.fail(
            Failure(
                kind="unguarded access",
                message=f"{thing}: {field} is {_guard_text(guard)}, but {access}",
                functions=(access.function,),
                lock_classes=(field,),
                details=(f"called by {_calls(frame)}",),
            )
        )

    def _unlocked_list(self, operation: Operation) -> None:
        me = self._scheduler.current
        if not me.started:
            return
        function = model_function(sys._getframe(1))
        if (function, operation.lock_class) in self._documented:
            return
        held = ", ".join(lock.name for lock in me.held) or "no lock"
        self._scheduler.fail(
            Failure(
                kind="list changed without its lock",
                message=f"{me} changes {operation.name} in {function}(), holding {held}",
                functions=(function,),
                lock_classes=(operation.lock_class,),
            )
        )


def _guarded(guard: SpinLock | str, thread: Thread) -> bool:
    if isinstance(guard, str):
        return thread.role == guard
    # What the interrupted thread holds, its handler does not.
    mine = not thread.chain & IN_IRQ or thread.chain & guard.held_bit
    return guard.owner is thread and bool(mine)


def _guard_text(guard: Guard) -> str:
    if guard is None:
        return "ordered by other means than a lock"
    if isinstance(guard, str):
        return f"touched by {guard} alone"
    return f"guarded by {guard.name}"


def _calls(frame: FrameType) -> str:
    return " <- ".join(reversed(model_stack(frame))) or "nobody"
