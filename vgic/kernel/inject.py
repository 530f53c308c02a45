# SPDX-License-Identifier: GPL-2.0-only
"""A device changes its line: validate, note it, queue."""

from vgic.data import LEVEL, Vcpu, VgicIrq
from vgic.kernel.table import Kernel

EINVAL = 22


class Inject(Kernel):
    """vgic.c: injection of a device's interrupt."""

    def vgic_validate_injection(self, irq: VgicIrq, level: bool) -> bool:
        """Tell whether a change of the line means anything.

        Models: vgic.c, vgic_validate_injection.
        Locking: called with irq.irq_lock held.
        Differs: interrupts have no owner that could mismatch.
        """
        irq.irq_lock.assert_held()
        if irq.config is LEVEL:
            return level != irq.line_level
        return level

    def kvm_vgic_inject_irq(self, vcpu: Vcpu | None, intid: int, level: bool) -> int:
        """Take in a device's line: an edge, or a level that went up or down.

        Models: vgic.c, kvm_vgic_inject_irq.
        Locking: called with nothing held, from any context.
        Differs: the VM is always initialized.

        Args:
            vcpu: whose interrupt it is if it is private, else ignored.
            intid: the INTID.
            level: the line.

        Returns:
            0, also where nothing changed; -EINVAL for an INTID there is no interrupt for.
        """
        irq = self.kvm.get_vcpu_irq(vcpu, intid)
        if irq is None:
            return -EINVAL
        irqs_were_off = irq.irq_lock.lock_irqsave()
        if not self.vgic_validate_injection(irq, level):
            irq.irq_lock.unlock_irqrestore(irqs_were_off)
            return 0
        if irq.config is LEVEL:
            irq.line_level = level
        else:
            irq.pending_latch = True
        self.scheduler.note("inject", irq, "high" if level else "low")
        self.vgic_queue_irq_unlock(irq, irqs_were_off)
        return 0
