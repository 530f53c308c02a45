# SPDX-License-Identifier: GPL-2.0-only
"""Locks that remember where they were taken, for a report of what was left behind.

To look at the stack costs more than to take a lock, so a lock does it only once it was asked to.
"""

import sys
from pathlib import Path
from types import CodeType, FrameType

from harness.engine import is_ours, printable_name
from harness.primitives.mutex import Mutex
from harness.primitives.spinlock import SpinLock

Line = tuple[CodeType, int]
"""A line of code: its function, and its number in the file."""


class _PlacedLock(SpinLock):
    __slots__ = ()

    def lock(self, subclass: int = 0) -> None:
        super().lock(subclass)
        self.taken_at = _line_here()

    def trylock(self) -> bool:
        taken = super().trylock()
        if taken:
            self.taken_at = _line_here()
        return taken

    def lock_irqsave(self) -> bool:
        irqs_were_off = super().lock_irqsave()
        if not irqs_were_off:
            self._scheduler.current.irqs_off_at = self.taken_at
        return irqs_were_off


class _PlacedMutex(_PlacedLock, Mutex):
    __slots__ = ()


def remember_places(lock: SpinLock) -> None:
    """Have a lock remember from now on where it was taken."""
    lock.__class__ = _PlacedMutex if isinstance(lock, Mutex) else _PlacedLock


def line_text(line: Line | None) -> str:
    """Return a line as `file.py:12 in function()`, "a place unknown" if it was not remembered."""
    if line is None:
        return "a place unknown"
    code, number = line
    file = printable_name(Path(code.co_filename).name)
    return f"{file}:{number} in {printable_name(code.co_name)}()"


def _line_here() -> Line | None:
    frame: FrameType | None = sys._getframe(2)
    while frame is not None and is_ours(frame):
        frame = frame.f_back
    return None if frame is None else (frame.f_code, frame.f_lineno)
