# SPDX-License-Identifier: GPL-2.0-only
"""walk_leaves_physical: what ends in no list register leaves its physical interrupt active."""

from harness.engine import unnamed
from vgic.bugs.bug import Bug
from vgic.data import Vcpu, VgicIrq
from vgic.kernel import Mechanism


class WalkLeavesPhysical(Mechanism):
    """The accounting of EOIcount ends a mapped interrupt, and not the physical one behind it.

    No list register was there to do it. The device has been heard for the last time.
    """

    @unnamed
    def account_eoi(self, vcpu: Vcpu, irq: VgicIrq) -> bool:
        """Fold, and do no more."""
        with irq.irq_lock:
            if self.vgic_target_oracle(irq) is not vcpu or not irq.active:
                return False
            lr = self.vgic_v3_compute_lr(vcpu, irq)
        lr.active = False
        self.vgic_v3_fold_lr(vcpu, lr)
        return True


RECORD = Bug(
    name="walk_leaves_physical",
    cls=WalkLeavesPhysical,
    found_as=("I33 device silenced",),
    guest_sees=True,
)
