# SPDX-License-Identifier: GPL-2.0-only
"""canary: the bug that every campaign puts in first, to see whether it would be found."""

from vgic.irq import VgicIrq
from vgic.lr import ListRegister
from vgic.revisions.v1 import V1


class Canary(V1):
    """An edge that the guest left unacknowledged in its list register is dropped at the exit."""

    def fold_pending(self, irq: VgicIrq, lr: ListRegister) -> None:
        """Drop it."""
