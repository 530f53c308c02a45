# SPDX-License-Identifier: GPL-2.0-only
"""prune_active: prune takes active interrupts for idle."""

from vgic.bugs.bug import Bug
from vgic.data import Vcpu, VgicIrq, irq_is_pending
from vgic.kernel import Mechanism


class PruneActive(Mechanism):
    """Prune takes an interrupt off the list when it is not pending, active or not.

    Ending it then finds nothing to deactivate, and it may be queued on another vCPU meanwhile.
    """

    def prune_target(self, irq: VgicIrq) -> Vcpu | None:
        """Look at the pending state alone."""
        return self.vgic_target_oracle(irq) if irq_is_pending(irq) else None


RECORD = Bug(
    name="prune_active",
    cls=PruneActive,
    found_as=("I7 active interrupt unlisted",),
    guest_sees=True,
)
