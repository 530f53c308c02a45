# SPDX-License-Identifier: GPL-2.0-only
"""Data races: two threads touch a field, one of them writes, and nothing puts one before the other.

Flanagan, Freund: FastTrack: Efficient and Precise Dynamic Race Detection (PLDI 2009). Each thread
has a vector clock; what it does to a lock or an atomic hands its clock on or takes one over. A
field remembers who wrote it last, and who has read it since, each as one number of one thread's
clock, an epoch: an access that does not know an epoch is a race with it, also in a schedule in
which nothing went wrong, and without a scheduling point at either access. What orders and what does
not is in harness/detectors/races/edges.py. Lists are in rings.py.

A field is declared once, with the lock that guards it if one does. An access without that lock is
reported even if it was ordered by luck. Accesses that are documented to be unlocked are named, with
the reason, and are neither reported nor remembered.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import FrameType
from typing import Any, NoReturn

from harness.detectors.races.access import Access, calls, report_race
from harness.detectors.races.edges import Clocks
from harness.detectors.races.excuse import Documented, is_excused
from harness.detectors.races.rings import Rings
from harness.engine import Failure, Listener, Operation, Scheduler, Thread, model_function
from harness.primitives import Guard, SpinLock, UnguardedPoints, Watching, accessor, is_held

KINDS = ("data race", "unguarded access", "list changed without its lock")
"""The kinds of failure that only a check for races finds."""


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
        documented: Documented | None = None,
        points: UnguardedPoints | None = None,
    ) -> None:
        """Begin to listen.

        Args:
            scheduler: the execution's scheduler, whose threads do not run yet.
            documented: the reasons of accesses that need no order, by function and field, or
                family of lists; an Excuse says when it holds, too.
            points: has a scheduling point before each access without its guard, and is told of all
                that is watched here.
        """
        self._scheduler = scheduler
        self._points = points
        # A point that compares executions hears of what is guarded, too.
        self._compares = points is not None and points.compares
        self._documented = documented or {}
        self._clocks = Clocks(scheduler)
        self._rings = Rings(scheduler, self._clocks, self._documented)
        self._fields: dict[tuple[object, str], _Field] = {}
        # Of what may be equal to others, or is not to be hashed.
        self._others: list[tuple[str, _Field]] = []
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
            known = _Field(thing, guard)
            if type(thing).__hash__ is object.__hash__:
                self._fields[thing, name] = known
            else:
                self._others.append((name, known))
        if self._points is not None:
            self._points.declare(thing, guards)
        self._watching.watch(thing, tuple(guards))

    def does(self, operation: Operation) -> None:
        """Pass on what the running thread knows, as the operation does."""
        self._clocks.does(operation)

    def touches(self, operation: Operation) -> None:
        """Look how a list is touched; for the rest it is the same."""
        self._rings.touches(operation)
        self._clocks.does(operation)

    # What is accessed.

    def _known(self, thing: object, field: str) -> _Field:
        if type(thing).__hash__ is object.__hash__:
            return self._fields[thing, field]
        return next(known for name, known in self._others if name == field and known.thing is thing)

    def _accessed(self, thing: Any, field: str, writes: bool, module: str) -> None:
        scheduler = self._scheduler
        me = scheduler.current
        if scheduler.unwinding or self._telling or not me.started:
            return
        known = self._known(thing, field)
        guard = known.guard
        # With the guard held there is no point before the access, and what is only observed is not
        # remembered either: whoever does it, nothing is left to do for what is repeated.
        held = guard is not None and is_held(guard, me)
        quickly = held and not self._compares
        if quickly and self._is_repeated(known, me, writes=writes):
            return
        frame = accessor(module)
        if frame is None:
            return
        if self._points is not None:
            self._points.before(thing, field, writes=writes)
        guarded = held or guard is None
        if guarded and not quickly and self._is_repeated(known, me, writes=writes):
            return
        clock = self._clocks.of(me)
        epoch = clock[me.index]
        written, reads = known.written, known.reads
        function = model_function(frame)
        if is_excused(self._documented, function, field, me, thing):
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

    def _is_repeated(self, known: _Field, me: Thread, *, writes: bool) -> bool:
        """Tell whether a thread has done the same in this epoch: most accesses are such."""
        epoch = self._clocks.of(me)[me.index]
        if not writes:
            read = known.reads.get(me.index)
            return read is not None and read.epoch == epoch
        written = known.written
        return (
            written is not None
            and not known.reads
            and written.thread is me
            and written.epoch == epoch
        )

    # What is wrong.

    def _race(
        self, thing: Any, field: str, earlier: Access, later: Access, frame: FrameType
    ) -> NoReturn:
        self._telling = True  # an object may look at its own fields to print itself
        declared = f"{field} is declared to be {_guard_text(self._known(thing, field).guard)}"
        report_race(
            self._scheduler, f"{_named(thing)}: {field}", field, earlier, later, frame, declared
        )

    def _unguarded(
        self, thing: Any, field: str, guard: SpinLock | str, access: Access, frame: FrameType
    ) -> NoReturn:
        self._telling = True
        self._scheduler.fail(
            Failure(
                kind="unguarded access",
                message=f"{_named(thing)}: {field} is {_guard_text(guard)}, but {access}",
                functions=(access.function,),
                lock_classes=(field,),
                details=(f"called by {calls(frame)}",),
            )
        )


def _guard_text(guard: Guard) -> str:
    if guard is None:
        return "ordered by other means than a lock"
    if isinstance(guard, str):
        return f"touched by {guard} alone"
    return f"guarded by {guard.name}"


def _named(thing: object) -> str:
    """Return what an object calls itself; its class if all it has to say is its address."""
    kind = type(thing)
    plain = kind.__str__ is object.__str__ and kind.__repr__ is object.__repr__
    return kind.__name__ if plain else str(thing)
