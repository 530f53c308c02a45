# SPDX-License-Identifier: GPL-2.0-only
"""Where an interrupt should be: the target oracle, alone and pure."""

from vgic.data import Vcpu, VgicIrq, irq_is_pending
from vgic.kernel.table import Kernel


class Target(Kernel):
    """vgic.c: vgic_target_oracle."""

    def vgic_target_oracle(self, irq: VgicIrq) -> Vcpu | None:
        """Say on which vCPU's list an interrupt belongs, None for nowhere.

        Models: vgic.c, vgic_target_oracle; the same in every generation.
        Locking: called with irq.irq_lock held.
        """
        irq.irq_lock.assert_held()
        # An active interrupt never migrates: whoever acknowledged it has to end it.
        if irq.active:
            return irq.vcpu or irq.target_vcpu
        if irq.enabled and irq_is_pending(irq) and self.kvm.dist.forwards():
            return irq.target_vcpu
        return None
