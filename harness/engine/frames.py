# SPDX-License-Identifier: GPL-2.0-only
"""Frames: which model function is at work, read off the Python stack.

Labels, signatures and reports name functions of the code under test. They are looked up only where
one is needed, so that a scheduling point costs nothing for it.

The rule, whole. A frame is of the model unless
  * its module observes: it belongs to the harness, or to a package that has said so once with
    `observes(__name__)`, as packages of invariants do;
  * its function has no name of its own to report: lambdas and comprehensions, of which 3.12 and
    later no longer give the second a frame, and helpers, which begin with an underscore and whose
    names are known in their file only; and those marked `unnamed`, the steps of a function that
    may be replaced one by one. What such a function does, its caller does.
The innermost frame of the model is the model function. Nothing is looked for below a
`ground_floor`: there are only carriers, or the caller of the execution.
"""

import os
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import CodeType, FrameType
from typing import TypeVar

from harness.engine.printable import printable_name

Function = TypeVar("Function", bound=Callable[..., object])

_HARNESS = "harness."
_NAMELESS = ("<", "_")

_observing: tuple[str, ...] = (_HARNESS,)
"""The packages and modules that observe, each with a dot behind it, as `startswith` takes them."""

_delivered: tuple[str, ...] = ()
"""The packages that are no user's own, as above, though their functions may be the model's."""

_PYTHON = str(Path(os.__file__).parent)
"""Where the files of Python itself are."""

_ground_floors: list[CodeType] = []

_unnamed: set[CodeType] = set()


def observes(module: str) -> None:
    """State that a package or module only observes: no function of it is the model's.

    Args:
        module: its name; called once, at the top of it, with `__name__`.
    """
    global _observing
    if f"{module}." not in _observing:
        _observing += (f"{module}.",)
        is_observer.cache_clear()
        only_observes.cache_clear()


def delivered(module: str) -> None:
    """State that a package comes with the harness: no line of it is a user's own.

    Args:
        module: its name; called once, at the top of it, with `__name__`.
    """
    global _delivered
    _delivered += (f"{module}.",)


def ground_floor(function: Function) -> Function:
    """Mark a function of the harness: below its frames there is nothing of the code under test."""
    _ground_floors.append(function.__code__)
    return function


def unnamed(function: Function) -> Function:
    """Mark a step of a model function, of which reports say what its caller is called.

    What replaces it is not marked, and goes by its own name.
    """
    _unnamed.add(function.__code__)
    return function


def is_ours(frame: FrameType) -> bool:
    """Return whether a frame is of the harness itself."""
    name: str = frame.f_globals.get("__name__", "")
    return name.startswith(_HARNESS)


@cache
def is_observer(module: str) -> bool:
    """Return whether a module is of the harness or of a package that observes."""
    return f"{module}.".startswith(_observing)


@cache
def only_observes(module: str) -> bool:
    """Return whether a module observes and is not of the harness, which does what it is told."""
    return is_observer(module) and not f"{module}.".startswith(_HARNESS)


def is_model(frame: FrameType) -> bool:
    """Return whether a frame is of a model function, by the rule above."""
    code = frame.f_code
    nameless = code.co_name.startswith(_NAMELESS) or code in _unnamed
    return not (nameless or is_observer(frame.f_globals.get("__name__", "")))


def model_stack(frame: FrameType | None) -> tuple[str, ...]:
    """Return the model functions below this frame's place, outermost first.

    Args:
        frame: where to start, going outward; frames of the harness itself are left out.
    """
    names = []
    while frame is not None and frame.f_code not in _ground_floors:
        if is_model(frame):
            names.append(printable_name(frame.f_code.co_name))
        frame = frame.f_back
    names.reverse()
    return tuple(names)


def model_function(frame: FrameType | None = None) -> str:
    """Return the innermost model function at this place, or "" if there is none.

    Args:
        frame: where to start, going outward; the caller if None.
    """
    frame = frame or sys._getframe(1)
    while frame is not None and frame.f_code not in _ground_floors:
        if is_model(frame):
            return printable_name(frame.f_code.co_name)
        frame = frame.f_back
    return ""


def within(function: str) -> str:
    """Return ` in FUNCTION` for a message, nothing where no function has a name to report."""
    return f" in {function}" if function else ""


def own_line(frame: FrameType | None) -> str:
    """Return the innermost line of a user's own at this place, as `FILE:LINE in FUNCTION`.

    Args:
        frame: where to start, going outward.

    Returns:
        The line; "" if all frames are of what is delivered here or of Python itself.
    """
    while frame is not None and frame.f_code not in _ground_floors:
        if is_own(frame):
            return call_text(frame, frame.f_lineno)
        frame = frame.f_back
    return ""


def calls_at(frame: FrameType | None, *, ours: bool = True) -> list[str]:
    """Return the calls at this place in the code under test, outermost first.

    Args:
        frame: where to start, going outward; nothing if None.
        ours: with those of the harness itself among them.
    """
    calls = []
    while frame is not None and frame.f_code not in _ground_floors:
        if ours or not is_ours(frame):
            calls.append(call_text(frame, frame.f_lineno))
        frame = frame.f_back
    return calls[::-1]


def is_ground_floor(frame: FrameType) -> bool:
    """Return whether a frame is that of a ground floor itself."""
    return frame.f_code in _ground_floors


def above_execution(frame: FrameType | None) -> bool:
    """Return whether an execution is somewhere under this place: code under test is at work."""
    while frame is not None:
        if frame.f_code in _ground_floors:
            return True
        frame = frame.f_back
    return False


def is_own(frame: FrameType) -> bool:
    """Return whether a frame is of a user's own file."""
    module: str = f"{frame.f_globals.get('__name__', '')}."
    return not (
        module.startswith((*_observing, *_delivered))
        or frame.f_code.co_filename.startswith(("<frozen", _PYTHON))
    )


def function_outside_python(frame: FrameType | None) -> str:
    """Return the innermost model function at this place that is not of Python's own library."""
    while frame is not None and frame.f_code not in _ground_floors:
        if is_model(frame) and not frame.f_code.co_filename.startswith(("<frozen", _PYTHON)):
            return printable_name(frame.f_code.co_name)
        frame = frame.f_back
    return ""


def call_text(frame: FrameType, line: int) -> str:
    """Return a place in a file, as reports print it."""
    return f"{Path(frame.f_code.co_filename).name}:{line} in {frame.f_code.co_name}"
