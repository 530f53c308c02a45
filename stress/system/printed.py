# SPDX-License-Identifier: GPL-2.0-only
"""What code under test prints: kept with its execution, and not on anybody's terminal.

It comes at any time, in the middle of a line of ours, a thousand times over, and may be anything.
So what a thread of an execution writes to a standard stream is put aside, and shown with the
finding that the execution leads to, if it does.
"""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TextIO

from harness import OsThreads
from harness.engine import observes, printable_text
from stress.system.standing_in import standing_in

observes(__name__)

_TEXT_MAX = 4_000

_printed: dict[int, "_Aside"] = {}
"""For each carriers, what their last execution has printed."""


class _Aside:
    """What one execution has printed, up to a bound."""

    def __init__(self) -> None:
        self.text = ""
        self.cut = False
        self._execution = -1

    def add(self, text: str, execution: int) -> None:
        """Add what an execution prints; what one before it has printed goes."""
        if execution != self._execution:
            self.text, self.cut, self._execution = "", False, execution
        room = _TEXT_MAX - len(self.text)
        self.cut |= len(text) > room
        self.text += text[:room]

    def lines(self, execution: int) -> tuple[str, ...]:
        """Return what this execution has printed, in lines that change no terminal."""
        if execution != self._execution:
            return ()
        return (*map(printable_text, self.text.splitlines()), *["..."] * self.cut)


class _Stream:
    """A standard stream, as code under test finds it in `sys`."""

    def __init__(self, usual: TextIO, carriers: OsThreads, aside: _Aside) -> None:
        self._usual = usual
        self._carriers = carriers
        self._aside = aside

    def write(self, text: str) -> int:
        """Write a text, or put it aside if a thread of an execution does this."""
        if not self._carriers.carries_this_thread():
            return self._usual.write(text)
        self._aside.add(text, self._carriers.executions)
        return len(text)

    def __getattr__(self, name: str) -> object:
        return getattr(self._usual, name)


@contextmanager
def what_is_printed(carriers: OsThreads) -> Iterator[None]:
    """Put aside what threads of executions on these carriers print in this context."""
    aside = _printed[id(carriers)] = _Aside()
    usual = {"stdout": sys.stdout, "stderr": sys.stderr}
    ours = {name: each and _Stream(each, carriers, aside) for name, each in usual.items()}
    try:
        with standing_in(**ours):
            yield
    finally:
        del _printed[id(carriers)]


def printed(carriers: object) -> tuple[str, ...]:
    """Return what the last execution on these carriers has printed, in lines; () if nothing."""
    aside = _printed.get(id(carriers))
    if aside is None or not isinstance(carriers, OsThreads):
        return ()
    return aside.lines(carriers.executions)


def printed_text(printed: Sequence[str], lines_max: int | None = None) -> list[str]:
    """Return in lines what the class under test has printed; none if nothing.

    Args:
        printed: what it was, in lines.
        lines_max: show no more of them, None for all.
    """
    shown = [*printed[:lines_max], *["..."] * (len(printed) > len(printed[:lines_max]))]
    return ["it printed:", *(f"  | {line}" for line in shown)] if shown else []
