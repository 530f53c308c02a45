# SPDX-License-Identifier: GPL-2.0-only
"""A body that stands still: a test that stays at one line of its own for as long as a hang takes.

It may rightly wait there for something, so nothing is done to it: it is named, with its stack,
while it is there. What hangs in an execution fails its test (stress/executions/hanging.py).
"""

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from harness.engine import above_execution, calls_at, is_own
from stress.inputs import arguments

_LOOK_EVERY_S = 0.25

_PYTHON = ("<frozen", str(Path(os.__file__).parent))


@contextmanager
def noticed(who: str, say: Callable[[str], None]) -> Iterator[None]:
    """Say it, once, if this thread stays at one line of a user's own for long.

    Args:
        who: the test.
        say: prints a text.
    """
    over, caller, hang_s = threading.Event(), threading.get_ident(), arguments.hang_s()

    def look() -> None:
        seen, since = None, time.monotonic()
        while not over.wait(min(_LOOK_EVERY_S, hang_s)):
            frame = sys._current_frames().get(caller)
            place, now = place_of(frame), time.monotonic()
            if place is None or place != seen:
                seen, since = place, now
            elif now - since > hang_s:
                stack = "\n".join(f"  {call}" for call in calls_at(frame))
                say(
                    f"{who} has been seen at one line for {hang_s:.0f} s, and nowhere else; the "
                    f"outermost call first:\n{stack}"
                )
                return

    threading.Thread(target=look, name="noticing", daemon=True).start()
    try:
        yield
    finally:
        over.set()


def place_of(frame: FrameType | None) -> tuple[int, int] | None:
    """Return where a thread is in code of a user's own, outside every execution.

    What Python's own library does for it, such as to wait, is done at that place.

    Args:
        frame: where the thread is.

    Returns:
        The place; None if it is in none of a user's own, or in a call of ours.
    """
    if above_execution(frame):
        return None
    while frame is not None and frame.f_code.co_filename.startswith(_PYTHON):
        frame = frame.f_back
    return (id(frame), frame.f_lineno) if frame is not None and is_own(frame) else None
