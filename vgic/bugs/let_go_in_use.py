# SPDX-License-Identifier: GPL-2.0-only
"""let_go_in_use: a device comes again while its driver is at it, where software lets it."""

from vgic.bugs.bug import Bug
from vgic.data import VgicIrq
from vgic.kernel import Mechanism


class LetGoInUse(Mechanism):
    """Where no list register deactivates a physical interrupt, the fold does so too early.

    It asks whether anything is pending, and not whether the guest is still handling what was. So
    the device comes once more for what is being dealt with, at each exit meanwhile.
    """

    def is_over_in_software(self, irq: VgicIrq) -> bool:
        """Leave out the active state."""
        return not irq.pending_latch


RECORD = Bug(
    name="let_go_in_use",
    cls=LetGoInUse,
    found_as=("I34 device let go",),
    guest_sees=True,
)
