# SPDX-License-Identifier: GPL-2.0-only
"""bus_freed_in_use: the bus that was replaced is freed while a vCPU still goes by it."""

from vgic.bugs.bug import Bug
from vgic.kernel import Mechanism


class BusFreedInUse(Mechanism):
    """Whoever takes a device off the bus does not wait for those who go by the old one.

    A vCPU has looked the bus up by then, and looks for what its guest has accessed where nothing is
    any more.
    """

    def wait_for_bus_readers(self) -> None:
        """Wait for nobody."""


RECORD = Bug(
    name="bus_freed_in_use",
    cls=BusFreedInUse,
    found_as=("use after free",),
    guest_sees=False,
)
