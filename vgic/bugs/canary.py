# SPDX-License-Identifier: GPL-2.0-only
"""canary: the bug that every campaign looks for first, to see whether it would be found."""

from vgic.bugs.bug import Bug
from vgic.data import VgicIrq
from vgic.hardware import ListRegister
from vgic.kernel import Mechanism


class Canary(Mechanism):
    """An edge that the guest left unacknowledged in its list register is dropped at the exit."""

    def fold_pending(self, irq: VgicIrq, lr: ListRegister) -> None:
        """Drop it."""


RECORD = Bug(
    name="canary",
    cls=Canary,
    found_as=("I9 lost edge",),
    guest_sees=True,
)
