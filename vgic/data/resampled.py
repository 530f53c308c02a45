# SPDX-License-Identifier: GPL-2.0-only
"""A device that is passed through: its line is kept up by the host until the guest has ended.

The guest's driver takes the cause away at the device itself, without an exit. The host has masked
the device's own interrupt when it raised the line, and learns of the end by a notifier (an irqfd
that resamples): it lowers the line, and raises it again if the device has another cause by then.
"""


class ResampledDevice:
    """What a device behind a resampling irqfd asks for.

    Attributes:
        causes: how many times it has asked for its driver since that looked last.
        raised: the host has raised its line, and not been notified of an end since.
    """

    __slots__ = ("causes", "raised")

    def __init__(self) -> None:
        self.causes = 0
        self.raised = False
