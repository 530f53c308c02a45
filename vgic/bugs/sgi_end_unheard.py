# SPDX-License-Identifier: GPL-2.0-only
"""sgi_end_unheard: the end of an SGI does not bring the vCPU back for the next of its sources."""

from vgic.bugs.bug import Bug
from vgic.data import VgicIrq
from vgic.kernel import Mechanism


class SgiEndUnheard(Mechanism):
    """The list register of an SGI of GICv2 asks for no maintenance interrupt at its end.

    Others have sent it as well, and that waits until the vCPU leaves its guest for something else.
    """

    def asks_for_end(self, irq: VgicIrq) -> bool:
        """Never."""
        return False


RECORD = Bug(
    name="sgi_end_unheard",
    cls=SgiEndUnheard,
    found_as=("I16 missed kick", "I9 lost source"),
    guest_sees=True,
)
