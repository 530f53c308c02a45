# SPDX-License-Identifier: GPL-2.0-only
"""Scheduling points where a program has none to spare: before plain accesses outside their guard.

A plain field is read and written together with whatever its thread did last, so that a race for it
is never lost. Declared here, each access by a thread that does not hold the field's guard is a
scheduling point first, and then others may come in between. An unlock is one, then, wherever the
thread goes on to read without the lock. What stands under the lock costs no point: nobody who keeps
to the lock could come in between.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from harness.engine import Misbehaviour, Operation, Scheduler, Touches, operation, operations
from harness.primitives.guard import Guard, is_held
from harness.primitives.list_head import ListHead
from harness.primitives.watched import Watching, WatchingUnguarded, accessor


class _Declared(NamedTuple):
    """What guards one field of one object, and what can be done to it."""

    guard: Guard
    reads: Operation
    writes: Operation


class UnguardedPoints:
    """The fields of one execution that have a point wherever they are accessed unguarded.

    Attributes:
        compares: executions are compared by what their steps touch: what is guarded counts, too.
    """

    def __init__(self, scheduler: Scheduler) -> None:
        """Begin with none.

        Args:
            scheduler: the execution's scheduler, whose threads do not run yet.
        """
        self._scheduler = scheduler
        self._declared: dict[tuple[object, str], _Declared] = {}
        self.compares = any(isinstance(each, Touches) for each in scheduler.listeners)
        self._watching = Watching(self._accessed)
        self._unguarded = WatchingUnguarded(self._accessed, scheduler)

    def declare(self, thing: object, guards: Mapping[str, Guard]) -> None:
        """Declare fields of an object that somebody else watches, who calls `before`.

        Args:
            thing: the object; it prints as reports shall call it.
            guards: what guards each field; one that is ordered in some other way than by a lock
                has a point at every access.

        Raises:
            Misbehaviour: its class has an equality of its own, so that it may be taken for another.
        """
        kind = type(thing)
        if kind.__hash__ is not object.__hash__:
            raise Misbehaviour(
                f"{kind.__name__} says itself what it is equal to, so its objects cannot be told "
                "apart: declare objects of a class without __eq__ and __hash__"
            )
        for field, guard in guards.items():
            both = operations(field, f"{field}[{thing}]", "plain_read", "plain_write")
            self._declared[thing, field] = _Declared(guard, *both)

    def watch(self, thing: object, guards: Mapping[str, Guard]) -> None:
        """Declare fields of an object and watch them."""
        self.declare(thing, guards)
        self._unguarded.guarded_by(thing, guards)
        watching = self._watching if self.compares else self._unguarded
        watching.watch(thing, tuple(guards))

    def watch_list(self, head: ListHead[Any]) -> None:
        """Declare a list: to look whether it is empty, without its lock, is a point.

        A walk without the lock has points of its own anyway.
        """
        looks = operation("read", head.name.partition("[")[0], head.name)
        self._declared[head, "empty"] = _Declared(head.guard, looks, looks)
        self._watching.watch(head, ("empty",))

    def before(self, thing: object, field: str, *, writes: bool) -> None:
        """Stand at a point if the running thread is about to access a field unguarded.

        Args:
            thing: the object; it is not only observed.
            field: the field.
            writes: whether the access is a write.
        """
        scheduler = self._scheduler
        me = scheduler.current
        if scheduler.unwinding or not me.started:
            return
        declared = self._declared[thing, field]
        guard = declared.guard
        if guard is None or not is_held(guard, me):
            scheduler.point(declared.writes if writes else declared.reads)
        elif self.compares:
            scheduler.touch(declared.writes if writes else declared.reads)

    def _accessed(self, thing: Any, field: str, writes: bool, module: str) -> None:
        if accessor(module) is not None:
            self.before(thing, field, writes=writes)
