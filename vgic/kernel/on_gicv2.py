# SPDX-License-Identifier: GPL-2.0-only
"""What a VM with a GICv2 does otherwise: put in front of a kernel, whichever it is.

The way through the AP-list is one for both. Where it comes to list registers, or to a register that
is another one's in GICv2, GICv2's function is called in place of GICv3's. So a VM with a GICv3 does
not ask what it has.
"""

from vgic.data import Vcpu, VgicIrq, is_sgi
from vgic.hardware import ListRegister
from vgic.kernel.mechanism import Mechanism
from vgic.kernel.summary import ApListSummary


class OnGicV2(Mechanism):
    """A kernel on a host with a GICv2, for a guest with one.

    Attributes:
        is_on_gicv2: it is one of these, and whose it is in front of is what is under test.
    """

    is_on_gicv2 = True

    def vgic_v3_compute_lr(self, vcpu: Vcpu, irq: VgicIrq) -> ListRegister:
        """Compute GICv2's."""
        return self.vgic_v2_compute_lr(vcpu, irq)

    def vgic_v3_populate_lr(self, vcpu: Vcpu, irq: VgicIrq, lr: int) -> None:
        """Fill GICv2's."""
        self.vgic_v2_populate_lr(vcpu, irq, lr)

    def vgic_v3_fold_lr(self, vcpu: Vcpu, lr: ListRegister) -> None:
        """Fold GICv2's."""
        self.vgic_v2_fold_lr(vcpu, lr)

    def vgic_v3_configure_hcr(self, vcpu: Vcpu, summary: ApListSummary) -> None:
        """Configure GICv2's."""
        self.vgic_v2_configure_hcr(vcpu, summary)

    def vgic_v3_write_dir(self, vcpu: Vcpu, intid: int) -> bool:
        """Leave everything to the host: nothing is done on the way out of the guest."""
        return False

    def vgic_mmio_write_spending(self, irq: VgicIrq) -> None:
        """Ignore it for an SGI: ISPENDR does not say who has sent it."""
        if not is_sgi(irq.intid):
            super().vgic_mmio_write_spending(irq)

    def vgic_mmio_write_cpending(self, irq: VgicIrq) -> None:
        """Ignore it for an SGI."""
        if not is_sgi(irq.intid):
            super().vgic_mmio_write_cpending(irq)

    def vgic_mmio_change_active(self, irq: VgicIrq, active: bool) -> None:
        """Take the accessing vCPU for the sender of an SGI that is made active: whose it is.

        Models: vgic-mmio.c, vgic_mmio_change_active, what it does for GICv2.
        Locking: called with the config_lock held and the VM halted; takes irq_lock.
        Differs: the sender is entered in a hold of the lock by itself; nobody else writes it then.
        """
        if active and is_sgi(irq.intid) and irq.target_vcpu is not None:
            irqs_were_off = irq.irq_lock.lock_irqsave()
            irq.active_source = irq.target_vcpu.vcpu_id
            irq.irq_lock.unlock_irqrestore(irqs_were_off)
        super().vgic_mmio_change_active(irq, active)
