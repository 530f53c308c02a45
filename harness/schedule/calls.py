# SPDX-License-Identifier: GPL-2.0-only
"""Calls: where model functions begin and end, in whatever thread of an execution.

What a function changes between two operations is its own doing, not that of the function which
did the operation before. So whoever records changes has to look wherever a function begins or
ends. Python says so to the profiler of a thread, which is set for as long as something is recorded;
an execution that nobody records pays nothing.
"""

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

from harness.engine import is_model, printable_text

Notified = Callable[[FrameType | None, str], None]
"""Called with the frame in which the thread goes on, and what a function that ended returned."""

_WORDS = (bool, int, str, type(None))


class Calls:
    """Notifies of the calls of model functions, in each thread that it was begun in."""

    def __init__(self, notify: Notified) -> None:
        """Prepare to notify.

        Args:
            notify: called wherever a model function begins or has ended.
        """
        self._notify = notify
        self._over = False
        self._profiler: Callable[[FrameType, str, Any], None] = self._profile

    def begin(self) -> None:
        """Notify of what happens in the running thread, from here on."""
        if sys.getprofile() is not self._profiler:
            sys.setprofile(self._profiler)

    def end(self) -> None:
        """Notify of nothing more; threads lay the profiler down as they come by."""
        self._over = True

    def _profile(self, frame: FrameType, event: str, value: object) -> None:
        if self._over:
            sys.setprofile(None)
        elif event in ("call", "return") and is_model(frame):
            self._went_on(frame, event, value)

    def _went_on(self, frame: FrameType, event: str, value: object) -> None:
        if event == "call":
            self._notify(frame, "")
        else:
            self._notify(frame.f_back, _text(value))


def _text(value: object) -> str:
    """Return a value that is a word, or some words, as text; "" for any other.

    Nothing is asked of an object: what it does when it is printed is code under test.
    """
    if type(value) is tuple:
        texts = list(map(_text, value))
        return f"({', '.join(texts)})" if all(texts) else ""
    return printable_text(repr(value)) if type(value) in _WORDS else ""
