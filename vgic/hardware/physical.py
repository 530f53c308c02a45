# SPDX-License-Identifier: GPL-2.0-only
"""A physical interrupt: what is behind a virtual one that is mapped to it.

A device, or a timer, has an output. While that is up and the interrupt is not active, it is pending
for a CPU of the host. Once taken it is active, and so does not come again, until the guest
deactivates the virtual one: by a list register that names it (HW), or by the host for the guest.
"""

from collections.abc import Callable

from harness import Scheduler
from harness.engine import operations


def _nobody(*_: bool) -> None:
    """Be told of what concerns nobody."""


class PhysicalInterrupt:
    """One interrupt of the host's interrupt controller, level-triggered and always enabled.

    Attributes:
        name: as reports print it.
        line: the output of the device.
        active: a CPU of the host has taken it, and it was not deactivated since.
        on_pending: called when it has become pending.
        on_rise: called when the output has gone up.
        on_output: called with the output whenever it has been driven, before anything comes of it.
    """

    __slots__ = (
        "_read", "_scheduler", "_write", "active", "line", "name", "on_output", "on_pending",
        "on_rise",
    )  # fmt: skip

    def __init__(self, scheduler: Scheduler, instance: str) -> None:
        """Begin with the output down.

        Args:
            scheduler: the execution's scheduler.
            instance: the virtual interrupt, as reports print it.
        """
        self._scheduler = scheduler
        self.name = f"physical[{instance}]"
        self._read, self._write = operations("physical", self.name, "read", "write")
        self.line = self.active = False
        self.on_pending: Callable[[], None] = _nobody
        self.on_rise: Callable[[], None] = _nobody
        self.on_output: Callable[[bool], None] = _nobody

    def __str__(self) -> str:
        return self.name

    @property
    def pending(self) -> bool:
        """Whether a CPU of the host is to take it."""
        self._scheduler.touch(self._read)
        return self.line and not self.active

    def sample(self) -> bool:
        """Return whether the output is up, a step after it was asked for."""
        self._scheduler.point(self._read)
        return self.line

    def drive(self, level: bool) -> None:
        """Change the output, as the device does."""
        self._scheduler.point(self._write)
        rises = level and not self.line
        self.line = level
        self.on_output(level)
        if rises:
            self.on_rise()
            self._signal()

    def serve(self) -> None:
        """Have the output go down: the guest's driver takes the cause away, without an exit."""
        self._scheduler.touch(self._write)
        self.line = False
        self.on_output(False)

    def take(self) -> None:
        """Make it active: a CPU of the host acknowledges it."""
        self._scheduler.touch(self._write)
        self.active = True

    def deactivate(self) -> None:
        """Make it inactive, by the end of a list register that names it."""
        self._scheduler.touch(self._write)
        self.active = False
        self._signal()

    def set_active(self, active: bool) -> None:
        """Make it active or inactive, for the kernel, a step after it was asked for."""
        self._scheduler.point(self._write)
        if active:
            self.take()
        else:
            self.deactivate()

    def retire(self) -> None:
        """Release what refers back here: nobody is told any more."""
        self.on_pending = self.on_rise = self.on_output = _nobody

    def _signal(self) -> None:
        if self.line and not self.active:
            self.on_pending()
