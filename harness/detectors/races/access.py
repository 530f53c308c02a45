# SPDX-License-Identifier: GPL-2.0-only
"""One access to what threads share, and the report of two that nothing puts in order."""

from types import FrameType
from typing import NamedTuple, NoReturn

from harness.engine import Failure, Lock, Scheduler, Thread, model_stack, within


class Access(NamedTuple):
    """One access to a field.

    Attributes:
        thread: who.
        epoch: its own clock at that time.
        writes: whether it is a write.
        step: when.
        function: the model function that did it.
        held: the locks that the thread held. Of accesses in one epoch the first is kept.
    """

    thread: Thread
    epoch: int
    writes: bool
    step: int
    function: str
    held: tuple[Lock, ...]

    def __str__(self) -> str:
        did = "writes" if self.writes else "reads"
        held = ", ".join(lock.name for lock in self.held) or "no lock"
        where = within(self.function and f"{self.function}()")
        return f"{self.thread} {did} it at step {self.step}{where}, holding {held}"


def report_race(
    scheduler: Scheduler,
    thing: str,
    shared: str,
    earlier: Access,
    later: Access,
    frame: FrameType,
    declared: str,
) -> NoReturn:
    """Fail the execution for two accesses that nothing puts one before the other.

    Args:
        scheduler: the execution's scheduler.
        thing: what both touch, as the report calls it.
        shared: the field or family of lists, for the signature.
        earlier: the access that came first in this schedule.
        later: the one that comes now.
        frame: where it comes from.
        declared: what guards it.
    """
    scheduler.fail(
        Failure(
            kind="data race",
            message=f"{thing}: {earlier.thread} and {later.thread} touch it, "
            f"{'both write' if earlier.writes and later.writes else 'one of them writes'}, "
            "and nothing puts one before the other",
            # Which of the two came first is the schedule's: it is one race.
            functions=tuple(sorted((earlier.function, later.function))),
            lock_classes=(shared,),
            details=(str(earlier), f"{later}, called by {calls(frame)}", declared),
        )
    )


def calls(frame: FrameType) -> str:
    """Return the functions that called the one of a frame, innermost first."""
    return " <- ".join(reversed(model_stack(frame))) or "nobody"
