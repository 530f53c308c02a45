# SPDX-License-Identifier: GPL-2.0-only
"""sgi_of_one_for_all: an SGI that several have sent is presented as of one, and then is over."""

from vgic.bugs.bug import Bug
from vgic.data import VgicIrq
from vgic.hardware import ListRegister
from vgic.kernel import Mechanism


class SgiOfOneForAll(Mechanism):
    """The pending state of an SGI of GICv2 moves into its list register with all of its sources.

    It is presented as one vCPU's. What the others have sent is lost.
    """

    def take_source(self, irq: VgicIrq, lr: ListRegister) -> None:
        """Leave nothing."""
        irq.source = 0


RECORD = Bug(
    name="sgi_of_one_for_all",
    cls=SgiOfOneForAll,
    found_as=("I9 lost source",),
    guest_sees=True,
)
