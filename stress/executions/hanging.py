# SPDX-License-Identifier: GPL-2.0-only
"""Hanging: an execution that takes no step for long is in code without a scheduling point.

Nothing ends that from inside, since the thread that holds the baton never comes to pass it on. A
campaign watches its workers; what is run in this process itself is watched from here. A command
ends then. A session of tests goes on: the thread that waits for the execution, which is the main
one, gets a signal, whose handler raises `Hung` there, and the carriers are given up.
"""

import faulthandler
import math
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from harness import OsThreads
from harness.engine import SIGNS, above_execution, calls_at, own_line
from stress.inputs import arguments
from stress.scenarios import of_scenarios
from stress.system import GONE, Exit, confined, end_at_once, own_code_under_way, say

_LOOK_EVERY_S = 0.25

_RAISED_WITHIN_S = 5.0
"""A main thread in which nothing has been raised after so long runs no Python code any more."""

_SIGNAL = signal.SIGURG
"""Nobody uses it, and who gets it by mistake ignores it."""


class Hung(BaseException):
    """Raised in the thread that waits for an execution which hangs.

    It is no Exception, so that no `except Exception` of the code under test takes it.

    Attributes:
        text: what hangs, and where.
        line: the line of the user's own that it is in, "" if it is in none.
        stacks: the stacks of its threads, in lines.
    """

    def __init__(self, text: str, line: str, stacks: tuple[str, ...]) -> None:
        super().__init__(text)
        self.text = text
        self.line = line
        self.stacks = stacks


def hangs_text(who: str, hang_s: float, place: str, line: str = "") -> str:
    """Say that something hangs, and what code hangs like that.

    Args:
        who: what hangs.
        hang_s: for how many seconds nothing has moved.
        place: where it was last seen.
        line: the line of the user's own that it is in, "" if it is in none.
    """
    if line and of_scenarios([line]):
        return f"{line} has not come to its end for {hang_s:.0f} s: it only draws, and returns"
    if line:
        return (
            f"blocks outside the harness at {line}: no step for {hang_s:.0f} s {place}; the code "
            "under test loops there or waits for what the harness does not know: locks and waits "
            "are those of `harness`, and a loop that spins says so with `cpu_relax`"
        )
    return (
        f"{who} hangs: no step for {hang_s:.0f} s {place}; "
        "code that loops without a scheduling point does this"
    )


@contextmanager
def watched(
    carriers: OsThreads,
    last_words: Callable[[str], None] = say,
    *,
    at_fault: Exit = Exit.CANNOT_JUDGE,
    stacks: bool = False,
    survives: bool = False,
) -> Iterator[None]:
    """End the process, and say where it was, if an execution hangs in this context.

    Code under test is confined in it as it is in a worker (stress/system/confining.py). Who lets it
    hang for ever has a debugger there, which is to be seen on the terminal.

    Args:
        carriers: what the executions run on.
        last_words: prints why the process ends.
        at_fault: the exit code if it hangs in a line of the user's own, or closes our descriptors.
        stacks: print the stacks of all threads then, too.
        survives: do not end the process if that can be helped; it can in the main thread.

    Raises:
        BadArgument: the environment names a time that is none.
        Hung: an execution hangs, and the process survives.
    """
    watch = _Watch(carriers, arguments.hang_s())

    def end(hung: Hung) -> None:
        last_words(hung.text if hung.line else f"HARNESS BUG: {hung.text}")
        try:
            if stacks or not hung.line:
                faulthandler.dump_traceback(all_threads=True)
        finally:
            end_at_once(at_fault if hung.line else Exit.HARNESS_BUG)

    def descriptors_gone() -> None:
        last_words(GONE)
        end_at_once(at_fault)

    threading.Thread(target=watch.look, args=(end,), name="hanging", daemon=True).start()
    try:
        with (
            watch.survived() if survives else watch.once(),
            confined(carriers, descriptors_gone, keeps_prints=watch.hang_s < math.inf),
        ):
            yield
    except Hung:
        carriers.abandon()
        raise


class _Watch:
    """Looks at an execution from a thread of its own."""

    def __init__(self, carriers: OsThreads, hang_s: float) -> None:
        self.hang_s = hang_s
        self._carriers = carriers
        self._caller = threading.get_ident()
        self._over = threading.Event()
        self._raises = False
        self._hung: Hung | None = None
        self._seen: tuple[int, ...] = ()

    @contextmanager
    def once(self) -> Iterator[None]:
        """Look for as long as the context lasts."""
        try:
            yield
        finally:
            self._over.set()

    @contextmanager
    def survived(self) -> Iterator[None]:
        """Look for as long as the context lasts, and raise in the main thread what is seen."""
        if threading.current_thread() is not threading.main_thread():
            with self.once():
                yield
            return
        before = signal.signal(_SIGNAL, self._raise)
        self._raises = True
        try:
            with self.once():
                yield
        finally:
            signal.signal(_SIGNAL, before if before is not None else signal.SIG_DFL)

    def look(self, end: Callable[[Hung], None]) -> None:
        """Look until all is over; call `end` with what hangs, unless it was raised."""
        since = time.monotonic()
        while not self._over.wait(_LOOK_EVERY_S):
            # Small executions may be at the same step at each look.
            place, now = self._place(), time.monotonic()
            line = self._line()
            if place != self._seen or not (self._carriers.running or line):
                self._seen, since = place, now
            elif now - since > self.hang_s:
                hung = self._hangs(line)
                if self._is_raised(hung):
                    return
                if self._place() == self._seen:
                    end(hung)

    def _place(self) -> tuple[int, ...]:
        return self._carriers.executions, self._carriers.steps, SIGNS.analysed

    def _line(self) -> str:
        """Return the user's own line that is at work: in a thread, or before there are any."""
        if own := own_code_under_way():
            return own
        if self._carriers.running:
            return self._carriers.place
        frame = sys._current_frames().get(self._caller)
        return own_line(frame) if above_execution(frame) else ""

    def _hangs(self, line: str) -> Hung:
        if self._carriers.running:
            where, stacks = f"at step {self._carriers.steps}", self._carriers.stacks()
        else:
            frame = sys._current_frames().get(self._caller)
            where, stacks = "before the first step", {"the program": calls_at(frame)}
        text = hangs_text("an execution", self.hang_s, where, line)
        lines = (f"  {role}: {' > '.join(calls) or 'waits'}" for role, calls in stacks.items())
        return Hung(text, line, tuple(lines))

    def _is_raised(self, hung: Hung) -> bool:
        """Have it raised in the main thread, if that is who waits; say whether it was."""
        if not self._raises:
            return False
        self._hung = hung
        signal.pthread_kill(self._caller, _SIGNAL)
        return self._over.wait(_RAISED_WITHIN_S)

    def _raise(self, number: int, frame: FrameType | None) -> None:
        hung, self._hung = self._hung, None
        if hung is not None and not self._over.is_set() and self._place() == self._seen:
            raise hung
