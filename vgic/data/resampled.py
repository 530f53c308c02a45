# SPDX-License-Identifier: GPL-2.0-only
"""A device that is passed through: its line is kept up by the host until the guest has ended.

The guest's driver takes the cause away at the device itself, without an exit. The host has masked
the device's own interrupt when it raised the line, and learns of the end by a notifier (an irqfd
that resamples): it lowers the line, and raises it again if the device has another cause by then.
"""

from harness import Scheduler
from harness.engine import operations


class ResampledDevice:
    """What a device behind a resampling irqfd asks for, and what the host has made of it.

    Attributes:
        causes: how many times it has asked for its driver since that looked last.
        raised: the host has raised its line, and not been notified of an end since.
    """

    __slots__ = ("_scheduler", "_write", "causes", "raised")

    def __init__(self, scheduler: Scheduler, name: str) -> None:
        self._scheduler = scheduler
        (self._write,) = operations("resampled", f"resampled[{name}]", "write")
        self.causes = 0
        self.raised = False

    def ask(self) -> bool:
        """Ask for the driver once more; return whether the line has to be raised for it."""
        self._scheduler.touch(self._write)
        self.causes += 1
        return self._raise()

    def serve(self) -> None:
        """The driver looks at the device, without an exit, and serves all it has asked for."""
        self._scheduler.touch(self._write)
        self.causes = 0

    def lowered(self) -> bool:
        """Its line has been lowered after an end; return whether it has to be raised again."""
        self._scheduler.touch(self._write)
        self.raised = False
        return self.causes > 0 and self._raise()

    def _raise(self) -> bool:
        was_raised, self.raised = self.raised, True
        return not was_raised
