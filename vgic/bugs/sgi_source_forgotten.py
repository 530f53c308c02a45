# SPDX-License-Identifier: GPL-2.0-only
"""sgi_source_forgotten: the fold of a pending SGI does not say who has sent it."""

from vgic.bugs.bug import Bug
from vgic.data import VgicIrq
from vgic.hardware import ListRegister
from vgic.kernel import Mechanism


class SgiSourceForgotten(Mechanism):
    """An SGI of GICv2 that its guest has not taken yet is pending again, and of nobody.

    The next flush has nobody to present it as.
    """

    def fold_source(self, irq: VgicIrq, lr: ListRegister) -> None:
        """Take back who has sent what is active, and no more."""
        if lr.active:
            irq.active_source = lr.source


RECORD = Bug(
    name="sgi_source_forgotten",
    cls=SgiSourceForgotten,
    found_as=("warning", "I9 lost source"),
    guest_sees=True,
)
