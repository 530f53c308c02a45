# SPDX-License-Identifier: GPL-2.0-only
"""sgi_source_kept: an SGI that is presented as one vCPU's stays pending of it."""

from vgic.bugs.bug import Bug
from vgic.data import VgicIrq
from vgic.hardware import ListRegister
from vgic.kernel import Mechanism


class SgiSourceKept(Mechanism):
    """The flush does not take the source of an SGI of GICv2 off those that are to be presented.

    Its guest is given it once more, or over and over, from a vCPU that has sent it once.
    """

    def take_source(self, irq: VgicIrq, lr: ListRegister) -> None:
        """Have it pending as before."""
        irq.pending_latch = True


RECORD = Bug(
    name="sgi_source_kept",
    cls=SgiSourceKept,
    found_as=("I10 phantom edge", "I16 missed kick"),
    guest_sees=True,
)
