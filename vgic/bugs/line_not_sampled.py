# SPDX-License-Identifier: GPL-2.0-only
"""line_not_sampled: what the guest has not taken of a mapped interrupt is forgotten."""

from vgic.bugs.bug import Bug
from vgic.data import VgicIrq
from vgic.hardware import ListRegister
from vgic.kernel import Mechanism


class LineNotSampled(Mechanism):
    """The fold does not read the line of a mapped interrupt anew.

    Its line was taken to be down when it was loaded, since only rises are heard of. If the guest is
    left before it has taken the interrupt, that is pending no more, and its device is held for it.
    """

    def samples_again(self, irq: VgicIrq, lr: ListRegister, was_active: bool) -> bool:
        """Take the line to be as it was left."""
        return False


RECORD = Bug(
    name="line_not_sampled",
    cls=LineNotSampled,
    found_as=("I33 device silenced",),
    guest_sees=True,
)
