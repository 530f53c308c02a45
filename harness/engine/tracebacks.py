# SPDX-License-Identifier: GPL-2.0-only
"""Tracebacks: through which calls of the code under test an exception came.

They are those of somebody else's exception: its class may make of the attribute what it likes.
"""

from types import TracebackType
from typing import Any

from harness.engine.frames import call_text, is_observer, is_ours, is_own

_TRACEBACK: Any = vars(BaseException)["__traceback__"]

_CALLS_MAX = 4


def traceback_of(exception: BaseException) -> TracebackType | None:
    """Return the traceback of an exception, whatever its class makes of the attribute."""
    found: TracebackType | None = _TRACEBACK.__get__(exception)
    return found


def calls_of(traceback: TracebackType | None) -> list[str]:
    """Return the calls of the code under test in a traceback, the one to look at first.

    That is the innermost one in a user's own file, then who called it; where it came up deeper, in
    what is delivered here or in Python itself, that is said last. What carries threads is left out.
    """
    calls = []
    while traceback is not None:
        calls.append((traceback.tb_frame, traceback.tb_lineno))
        traceback = traceback.tb_next
    calls.reverse()
    model = [call for call in calls if not is_observer(call[0].f_globals.get("__name__", ""))]
    model = model or calls
    first = next((n for n, (frame, _) in enumerate(model) if is_own(frame)), 0)
    texts = [call_text(*call) for call in model[first:][:_CALLS_MAX]]
    return [*texts, f"raised in {call_text(*model[0])}"] if first else texts


def raised_in_harness(traceback: TracebackType | None) -> bool:
    """Return whether an exception was raised by the harness's own code."""
    innermost = None
    while traceback is not None:
        innermost = traceback.tb_frame
        traceback = traceback.tb_next
    return innermost is not None and is_ours(innermost)
