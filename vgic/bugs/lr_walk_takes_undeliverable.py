# SPDX-License-Identifier: GPL-2.0-only
"""lr_walk_takes_undeliverable: list registers go to what cannot be delivered."""

from vgic.data import Vcpu, VgicIrq
from vgic.revisions import V1


class LrWalkTakesUndeliverable(V1):
    """The walk that fills list registers does not ask whether an entry belongs here.

    What was disabled or rerouted while on the list takes a list register that another needs.
    """

    def takes_lr(self, vcpu: Vcpu, irq: VgicIrq) -> bool:
        """Take whatever comes."""
        return True
