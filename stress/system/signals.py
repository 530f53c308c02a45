# SPDX-License-Identifier: GPL-2.0-only
"""Ctrl-C once: finish cleanly with a summary. Twice: at once.

SIGTERM, which `timeout` sends, and SIGHUP, which comes when a terminal is closed, are like Ctrl-C;
but under `nohup` a SIGHUP is nothing.
"""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from stress.system.exit_codes import Exit, end_at_once


class Interrupts:
    """Counts interrupts. Calling it returns whether there was one."""

    def __init__(self) -> None:
        self._count = 0
        self._end: Callable[[], None] = lambda: None

    def __call__(self) -> bool:
        """Return whether there was an interrupt."""
        return self._count > 0

    @contextmanager
    def ending(self, end: Callable[[], None]) -> Iterator[None]:
        """Call this before the process ends on a second interrupt, while the context lasts."""
        self._end = end
        try:
            yield
        finally:
            self._end = lambda: None

    def take(self, number: int, frame: FrameType | None) -> None:
        """Take a signal; the second one ends the process."""
        self._count += 1
        if self._count > 1:
            self._end()
            end_at_once(Exit.INTERRUPTED)


@contextmanager
def interrupts() -> Iterator[Interrupts]:
    """Handle SIGINT, SIGTERM and SIGHUP for as long as the context lasts."""
    handler = Interrupts()
    numbers = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        numbers.append(signal.SIGHUP)
    before = {number: signal.signal(number, handler.take) for number in numbers}
    try:
        yield handler
    finally:
        for number, old in before.items():
            signal.signal(number, old)
