# SPDX-License-Identifier: GPL-2.0-only
"""A user's own code that runs outside every execution: scenario files, and what they draw.

No scheduling point comes there, so whoever watches over a process asks here what is under way, and
in which line. A thread that draws is confined as those of an execution are.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import get_ident

from harness.engine import observes, own_line

observes(__name__)

_under_way: dict[int, str] = {}
"""For each thread that is in such code, what that is."""

_drawing: set[int] = set()
"""The threads that draw: there nothing is done but that."""


@contextmanager
def own_code(what: str, *, draws: bool = False) -> Iterator[None]:
    """Run a user's own code in this context.

    Args:
        what: what it is, as the beginning of a sentence.
        draws: it draws a machine, and does nothing else to the process.
    """
    here = get_ident()
    before = _under_way.get(here)
    _under_way[here] = what
    if draws:
        _drawing.add(here)
    try:
        yield
    finally:
        _drawing.discard(here)
        if before is None:
            del _under_way[here]
        else:
            _under_way[here] = before


def draws_here() -> bool:
    """Return whether this thread draws."""
    return get_ident() in _drawing


def own_code_under_way() -> str:
    """Return what is under way and at which line of the user's, "" if nothing is."""
    frames = sys._current_frames()
    for thread, what in list(_under_way.items()):
        line = own_line(frames.get(thread))
        return f"{what} at {line}" if line else what
    return ""
