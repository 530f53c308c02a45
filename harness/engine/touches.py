# SPDX-License-Identifier: GPL-2.0-only
"""What steps touch beyond what they publish, written down beside the trace.

A search that compares executions needs it: two steps that touch one object cannot always be
exchanged. harness.schedule.footprint divides it into steps.
"""

from harness.engine.listeners import Listener
from harness.engine.scheduler import Scheduler
from harness.engine.threads import Operation
from harness.engine.trace import Touch


class Touches(Listener):
    """Writes down what is touched, once in a row, and how long the trace was by then."""

    def __init__(self, scheduler: Scheduler, into: list[Touch]) -> None:
        """Begin to listen.

        Args:
            scheduler: the execution's scheduler, still without threads.
            into: where to write it.
        """
        self._scheduler = scheduler
        self._into = into
        scheduler.listen(self)

    def begins(self) -> None:
        """Forget what the program touched while it was set up: that is no step."""
        self._into.clear()

    def touches(self, operation: Operation) -> None:
        """Write down what the running step touches."""
        touch = (len(self._scheduler.trace), operation)
        if self._into[-1:] != [touch]:
            self._into.append(touch)
