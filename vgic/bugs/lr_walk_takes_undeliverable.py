# SPDX-License-Identifier: GPL-2.0-only
"""lr_walk_takes_undeliverable: list registers go to what cannot be delivered."""

from vgic.bugs.bug import Bug
from vgic.data import Vcpu, VgicIrq
from vgic.kernel import Mechanism


class LrWalkTakesUndeliverable(Mechanism):
    """The walk that fills list registers does not ask whether an entry belongs here.

    What was disabled or rerouted while on the list takes a list register that another needs.
    """

    def takes_lr(self, vcpu: Vcpu, irq: VgicIrq) -> bool:
        """Take whatever comes."""
        return True


RECORD = Bug(
    name="lr_walk_takes_undeliverable",
    cls=LrWalkTakesUndeliverable,
    found_as=("I22 illegal list register", "I22 undeliverable loaded", "O10 best pending left out"),
    guest_sees=True,
)
