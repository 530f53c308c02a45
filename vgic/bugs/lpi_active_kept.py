# SPDX-License-Identifier: GPL-2.0-only
"""lpi_active_kept: an LPI stays active in memory when its guest is left."""

from vgic.bugs.bug import Bug
from vgic.kernel import Mechanism


class LpiActiveKept(Mechanism):
    """An LPI that its guest handles when it is left stays active.

    If it has no list register when it is ended nobody counts that, and it is active for ever.
    Mended with what lets active interrupts be outside list registers.
    """

    def keeps_lpi_active(self) -> bool:
        """Keep it, as with any other interrupt."""
        return True


RECORD = Bug(
    name="lpi_active_kept",
    cls=LpiActiveKept,
    found_as=("I13 stuck active", "stuck active"),
    guest_sees=True,
    date="2025-11",
    mended_by="73c9726975af",
)
