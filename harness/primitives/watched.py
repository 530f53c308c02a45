# SPDX-License-Identifier: GPL-2.0-only
"""Watched fields: plain attributes whose every read and write a listener is notified of.

An object is watched by giving it a class of its own kind with properties over some fields. The
values stay where they were, code that uses them sees no difference, and objects that nobody
watches cost nothing. Accesses from packages that only observe (harness.engine.frames) do not count.
"""

import sys
from collections.abc import Callable, Sequence
from inspect import getattr_static
from types import FrameType
from typing import Any

from harness.engine import is_observer, is_ours

Notify = Callable[[Any, str, bool, FrameType], None]
"""Called with the object, the field, whether it is a write, and the frame that does it."""


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
            watched = {field: _watched(plain, field, self._notify) for field in fields}
            inside = {"__slots__": (), "__module__": plain.__module__, **watched}
            self._classes[key] = type(plain.__name__, (plain,), inside)
        thing.__class__ = self._classes[key]


def _watched(plain: type, field: str, notify: Notify) -> property:
    """Return a property that notifies of what is done to a field of a class, and does it."""
    module = plain.__module__
    there = getattr_static(plain, field, None)
    slot = there if hasattr(type(there), "__set__") else None

    def get(thing: Any) -> object:
        frame = accessor(module)
        if frame is not None:
            notify(thing, field, False, frame)
        if slot is not None:
            return slot.__get__(thing)
        if field not in thing.__dict__ and not hasattr(plain, field):
            raise AttributeError(f"{thing} has no {field}")
        return thing.__dict__.get(field, there)

    def put(thing: Any, value: object) -> None:
        frame = accessor(module)
        if frame is not None:
            notify(thing, field, True, frame)
        if slot is None:
            thing.__dict__[field] = value
        else:
            slot.__set__(thing, value)

    def delete(thing: Any) -> None:
        frame = accessor(module)
        if frame is not None:
            notify(thing, field, True, frame)
        if slot is None:
            del thing.__dict__[field]
        else:
            slot.__delete__(thing)

    return property(get, put, delete)


def accessor(module: str) -> FrameType | None:
    """Return the frame that accesses a field, None if it only observes.

    Functions of the module that defines the class, such as a predicate that many callers ask, are
    passed over if some other part of the model calls them: the access is that caller's.

    Args:
        module: where the field's class is defined.
    """
    innermost = sys._getframe(2)
    frame: FrameType | None = innermost
    while frame is not None and (caller := frame.f_globals.get("__name__", "")) == module:
        frame = frame.f_back
    if frame is None:
        return innermost
    if not is_observer(caller):
        return frame
    return innermost if is_ours(frame) else None
