# SPDX-License-Identifier: GPL-2.0-only
"""A redistributor's LPIs are disabled, or enabled again: by any vCPU, for any.

What is on the list of that vCPU is taken off, and its references dropped. A copy in a list register
would bring it back, and so would a walk that stands on it go astray: so the VM is halted meanwhile.
A message that is under way may still put one on the list (quirk Q14).
"""

from vgic.data import LpisOf, Vcpu, VgicIrq, is_lpi
from vgic.kernel.table import Kernel


class Redistributor(Kernel):
    """vgic-mmio-v3.c: GICR_CTLR; and what of vgic.c is about LPIs that are listed."""

    def vgic_mmio_write_v3r_ctlr(self, target: Vcpu, enables: bool) -> None:
        """Enable or disable the LPIs of a vCPU's redistributor (GICR_CTLR.EnableLPIs).

        Who finds that another is at it, or that it is so already, does nothing.

        Models: vgic-mmio-v3.c, vgic_mmio_write_v3r_ctlr.
        Locking: called with nothing held, interrupts on, from any vCPU's thread; takes what halting
            the VM and flushing the list take.
        Differs: the pending table is all zero (GICR_PENDBASER.PTZ): what is enabled has nothing
            pending.
        """
        lpis = self.kvm.dist.lpis
        if lpis is None:
            return
        ctlr = lpis.ctlr[target.vcpu_id]
        if enables:
            if ctlr.cmpxchg(LpisOf.DISABLED, LpisOf.ENABLED) is LpisOf.DISABLED:
                self.scheduler.note("enable the LPIs of", target)
            return
        if ctlr.cmpxchg(LpisOf.ENABLED, LpisOf.BEING_DISABLED) is not LpisOf.ENABLED:
            return
        self.scheduler.note("disable the LPIs of", target)
        halts = self.halts_for_lpis()
        if halts:
            self.halt()
        self.vgic_flush_pending_lpis(target)
        self.vgic_its_invalidate_cache()
        ctlr.store_release(LpisOf.DISABLED)
        if halts:
            self.resume()

    def vgic_flush_pending_lpis(self, vcpu: Vcpu) -> None:
        """Take the LPIs of a vCPU off its list; they are not pending any more.

        What is put aside is not looked at: who halts the VM has had it put back. What waits there
        to be moved is another vCPU's, and stays until it is.

        Models: vgic.c, vgic_flush_pending_lpis.
        Locking: called with nothing held, from any thread; takes ap_list_lock, and each irq_lock in
            turn, then the table's xa_lock.
        """
        ap_list = vcpu.vgic_cpu.ap_list_head
        died = False
        irqs_were_off = vcpu.vgic_cpu.ap_list_lock.lock_irqsave()
        for irq in ap_list.entries_safe():
            if is_lpi(irq.intid):
                died |= self._flush_lpi(vcpu, irq)
        vcpu.vgic_cpu.ap_list_lock.unlock_irqrestore(irqs_were_off)
        if died:
            self.vgic_release_deleted_lpis()

    def _flush_lpi(self, vcpu: Vcpu, irq: VgicIrq) -> bool:
        """Take one off, unless it is another's; return whether it has died by that."""
        irq.irq_lock.lock()
        if self.leaves_moved_lpi(vcpu, irq):
            irq.irq_lock.unlock()
            return False
        if self.clears_flushed_latch():
            irq.pending_latch = False
        vcpu.vgic_cpu.ap_list_head.delete(irq.ap_list)
        irq.vcpu = None
        self.scheduler.note("flush", irq.name, "off", vcpu)
        irq.irq_lock.unlock()
        return self.put_listed(irq)

    def halts_for_lpis(self) -> bool:
        """Say whether the VM is halted while LPIs are taken off a list.

        Models: vgic-mmio-v3.c, since 3e2780713d77.
        Locking: called with nothing held.

        Decision: whether the vCPU may have copies of them, or walk the list, meanwhile.
        """
        return True

    def leaves_moved_lpi(self, vcpu: Vcpu, irq: VgicIrq) -> bool:
        """Say whether an LPI stays on the list, since it has been moved to another vCPU.

        MOVI moves the pending state with the route, and leaves it to the next prune to move the
        entry: docs/findings.md, F15. Where LPIs are not being disabled the VM is torn down, and
        nothing stays.

        Models: vgic.c, vgic_flush_pending_lpis, as it is to be.
        Locking: called with ap_list_lock and irq_lock held.

        Decision: whether it is left to prune.
        """
        vcpu.vgic_cpu.ap_list_lock.assert_held()
        irq.irq_lock.assert_held()
        lpis = self.kvm.dist.lpis
        return (
            irq.target_vcpu is not vcpu
            and lpis is not None
            and lpis.ctlr[vcpu.vcpu_id].load_acquire() is LpisOf.BEING_DISABLED
        )

    def clears_flushed_latch(self) -> bool:
        """Say whether what is taken off the list is not pending any more.

        Models: vgic.c, vgic_flush_pending_lpis, since 7258770e5814.
        Locking: called with ap_list_lock and irq_lock held.

        Decision: whether it is.
        """
        return True
