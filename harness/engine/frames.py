# SPDX-License-Identifier: GPL-2.0-only
"""Frames: which model function is at work, read off the Python stack.

Labels, signatures and reports name functions of the code under test. They are looked up only when
somebody needs them, so that a scheduling point costs nothing for it. Passed over are frames of
the harness, of modules that only look on (they say `LOOKS_ON =
True`, as invariants do), private helpers, whose names nobody outside knows, and comprehensions and
lambdas: 3.12 and later no longer give the first a frame.
"""

import sys
from types import FrameType, TracebackType
from typing import Any

from harness.engine.printable import printable_name

_OURS = "harness."
_TRACEBACK: Any = vars(BaseException)["__traceback__"]


def is_ours(frame: FrameType) -> bool:
    """Tell whether a frame is of the harness itself."""
    name: str = frame.f_globals.get("__name__", "")
    return name.startswith(_OURS)


def _is_model(frame: FrameType) -> bool:
    return not (
        is_ours(frame)
        or frame.f_code.co_name.startswith(("<", "_"))
        or frame.f_globals.get("LOOKS_ON", False)
    )


def _is_ground_floor(frame: FrameType) -> bool:
    """Below the scheduler's `carry` is only the carrier, below `execute` whoever asked for it."""
    return frame.f_code.co_name in ("carry", "execute") and is_ours(frame)


def model_stack(frame: FrameType | None) -> tuple[str, ...]:
    """Return the model functions below this frame's place, outermost first.

    Args:
        frame: where to start, going outward; frames of the harness itself are left out.
    """
    names = []
    while frame is not None and not _is_ground_floor(frame):
        if _is_model(frame):
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
    while frame is not None and not _is_ground_floor(frame):
        if _is_model(frame):
            return printable_name(frame.f_code.co_name)
        frame = frame.f_back
    return ""


def traceback_of(exception: BaseException) -> TracebackType | None:
    """Return the traceback of an exception, whatever its class makes of the attribute."""
    found: TracebackType | None = _TRACEBACK.__get__(exception)
    return found


def raised_in_harness(traceback: TracebackType | None) -> bool:
    """Tell whether an exception was raised by the harness's own code."""
    innermost = None
    while traceback is not None:
        innermost = traceback.tb_frame
        traceback = traceback.tb_next
    return innermost is not None and is_ours(innermost)
