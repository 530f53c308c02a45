# SPDX-License-Identifier: GPL-2.0-only
"""Watched fields: plain attributes whose every read and write a listener is notified of.

An object is watched by giving it a class of its own kind with properties over some fields. The
values stay where they were, code that uses them sees no difference, and objects that nobody
watches cost nothing. Accesses from packages that only observe (harness.engine.frames) do not count.

Several may watch one object: who began last is notified first.
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from inspect import getattr_static
from types import FrameType
from typing import Any, NamedTuple

from harness.engine import IN_IRQ, Scheduler, is_observer, is_ours, only_observes
from harness.primitives.guard import Guard
from harness.primitives.spinlock import SpinLock

Notify = Callable[[Any, str, bool, str], None]
"""Called before each access with the object, the field, whether it is a write, and the module that
defines the object's class. Who accesses it, if it counts at all, says `accessor`."""

_AROUND = frozenset((__name__, "harness.primitives.slab"))
"""What stands between a field and who accesses it: others that watch it, and an object's life."""


class Watching:
    """Watches objects of any number of classes, for one listener."""

    def __init__(self, notify: Notify) -> None:
        self._notify = notify
        self._classes: dict[tuple[type, frozenset[str]], type] = {}

    def watch(self, thing: Any, fields: Sequence[str]) -> None:
        """Have every access to these fields of an object notified.

        Args:
            thing: the object.
            fields: names of attributes: plain ones with slots or without, or properties.
        """
        plain = type(thing)
        key = plain, frozenset(fields)
        if key not in self._classes:
            watched = {field: self._watched(plain, field) for field in fields}
            inside = {"__slots__": (), "__module__": plain.__module__, **watched}
            self._classes[key] = type(plain.__name__, (plain,), inside)
        thing.__class__ = self._classes[key]

    def _watched(self, plain: type, field: str) -> property:
        """Return a property that notifies of what is done to a field of a class, and does it."""
        module, notify = plain.__module__, self._notify
        read, write, remove = _bare(plain, field)

        def get(thing: Any) -> object:
            # Most reads are of those that only observe: so that is asked first.
            caller = sys._getframe(1).f_globals.get("__name__", "")
            if caller == module or not only_observes(caller):
                notify(thing, field, False, module)
            return read(thing)

        def put(thing: Any, value: object) -> None:
            notify(thing, field, True, module)
            write(thing, value)

        def delete(thing: Any) -> None:
            notify(thing, field, True, module)
            remove(thing)

        return property(get, put, delete)


class WatchingUnguarded(Watching):
    """Watches likewise, but for what is most of it: accesses by who holds the field's guard.

    Nor is anybody notified of those that only observe, so that both cost little.
    """

    def __init__(self, notify: Notify, scheduler: Scheduler) -> None:
        super().__init__(notify)
        self._scheduler = scheduler
        self._locks: dict[str, dict[object, SpinLock]] = {}
        self._roles: dict[str, dict[object, str]] = {}

    def guarded_by(self, thing: object, guards: Mapping[str, Guard]) -> None:
        """Say what guards which fields of an object that is equal to no other."""
        for field, guard in guards.items():
            if isinstance(guard, SpinLock):
                self._locks.setdefault(field, {})[thing] = guard
            elif guard is not None:
                self._roles.setdefault(field, {})[thing] = guard

    def _watched(self, plain: type, field: str) -> property:
        always = super()._watched(plain, field)
        read, write, _ = _bare(plain, field)
        scheduler = self._scheduler
        locks, roles = self._locks.setdefault(field, {}), self._roles.setdefault(field, {})
        get_notified, put_notified = always.fget, always.fset
        assert get_notified is not None
        assert put_notified is not None

        def get(thing: Any) -> object:
            me, lock = scheduler.current, locks.get(thing)
            if lock is None:
                if roles.get(thing) == me.role:
                    return read(thing)
            elif lock.owner is me and not me.chain & IN_IRQ:
                return read(thing)
            outside = _outside(sys._getframe(1))
            if outside is not None and only_observes(outside.f_globals.get("__name__", "")):
                return read(thing)
            return get_notified(thing)

        def put(thing: Any, value: object) -> None:
            me, lock = scheduler.current, locks.get(thing)
            if lock is not None and lock.owner is me and not me.chain & IN_IRQ:
                write(thing, value)
            else:
                put_notified(thing, value)

        return property(get, put, always.fdel)


class _Bare(NamedTuple):
    """How a field is accessed beneath what watches it."""

    read: Callable[[Any], object]
    write: Callable[[Any, object], None]
    remove: Callable[[Any], None]


def _bare(plain: type, field: str) -> _Bare:
    """Return how a field of a class is accessed: by its slot, or as an attribute of each object."""
    there = getattr_static(plain, field, None)
    if hasattr(type(there), "__set__"):
        return _Bare(there.__get__, there.__set__, there.__delete__)

    def read(thing: Any) -> object:
        if field not in thing.__dict__ and not hasattr(plain, field):
            raise AttributeError(f"{thing} has no {field}")
        return thing.__dict__.get(field, there)

    def write(thing: Any, value: object) -> None:
        thing.__dict__[field] = value

    def remove(thing: Any) -> None:
        del thing.__dict__[field]

    return _Bare(read, write, remove)


def accessor(module: str) -> FrameType | None:
    """Return the frame that accesses a field, None if it only observes; asked while notified of it.

    Functions of the module that defines the class, such as a predicate that many callers ask, are
    passed over if some other part of the model calls them: the access is that caller's.

    Args:
        module: where the field's class is defined.
    """
    innermost = frame = _outside(sys._getframe(2))
    while frame is not None and (caller := frame.f_globals.get("__name__", "")) == module:
        frame = frame.f_back
    if frame is None:
        return innermost
    if not is_observer(caller):
        return frame
    return innermost if is_ours(frame) else None


def _outside(frame: FrameType | None) -> FrameType | None:
    """Return the frame, or the first around it, that is of who accesses a field."""
    while frame is not None and frame.f_globals.get("__name__", "") in _AROUND:
        frame = frame.f_back
    return frame
