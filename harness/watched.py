# SPDX-License-Identifier: GPL-2.0-only
"""Watched fields: plain attributes whose every read and write somebody hears of.

An object is watched by giving it a class of its own kind with properties over some fields. The
values stay where they were, code that uses them sees no difference, and objects that nobody
watches cost nothing. Accesses from modules that only look on (`LOOKS_ON = True`) are not heard.
"""

import sys
from collections.abc import Callable, Sequence
from inspect import getattr_static, ismemberdescriptor
from types import FrameType
from typing import Any

from harness.frames import is_ours

Heard = Callable[[Any, str, bool, FrameType], None]
"""Told the object, the field, whether it is a write, and the frame that does it."""


class Watching:
    """Watches objects of any number of classes, for one listener."""

    def __init__(self, heard: Heard) -> None:
        self._heard = heard
        self._classes: dict[type, type] = {}

    def watch(self, thing: Any, fields: Sequence[str]) -> None:
        """Hear of every access to these fields of this object.

        Args:
            thing: the object; all objects of one class are watched alike.
            fields: names of plain attributes, with slots or without.
        """
        plain = type(thing)
        if plain not in self._classes:
            properties = {field: self._property(plain, field) for field in fields}
            self._classes[plain] = type(plain.__name__, (plain,), {"__slots__": (), **properties})
        thing.__class__ = self._classes[plain]

    def _property(self, plain: type, field: str) -> property:
        heard = self._heard
        module = plain.__module__
        static = getattr_static(plain, field, None)
        slot = static if ismemberdescriptor(static) else None

        def get(thing: Any) -> object:
            frame = accessor(module)
            if frame is not None:
                heard(thing, field, False, frame)
            return thing.__dict__[field] if slot is None else slot.__get__(thing)

        def put(thing: Any, value: object) -> None:
            frame = accessor(module)
            if frame is not None:
                heard(thing, field, True, frame)
            if slot is None:
                thing.__dict__[field] = value
            else:
                slot.__set__(thing, value)

        return property(get, put)


def accessor(module: str) -> FrameType | None:
    """Return the frame that accesses a field, None if it only looks on.

    Functions of the module that defines the class, such as a predicate everybody asks, are
    passed over if some other part of the model calls them: it is who means something by it.

    Args:
        module: where the field's class is defined.
    """
    innermost = sys._getframe(2)
    frame: FrameType | None = innermost
    while frame is not None and frame.f_globals.get("__name__") == module:
        frame = frame.f_back
    if frame is None or is_ours(frame):
        return innermost
    return None if frame.f_globals.get("LOOKS_ON", False) else frame
