# SPDX-License-Identifier: GPL-2.0-only
"""GICv2's list registers: an SGI is presented once for each vCPU that has sent it.

One at a time: two list registers of one INTID are not allowed. While more are to come the list
register asks for a maintenance interrupt at the end of its SGI, and the next exit loads the next
one. So a guest may be given something less urgent in between.
"""

from harness import Failure
from vgic.data import EDGE, LEVEL, Vcpu, VgicIrq, first_source, irq_is_pending, is_sgi, lr_count
from vgic.hardware import ListRegister, V2ListRegister
from vgic.kernel.hcr import ConfigureHcr
from vgic.kernel.summary import ApListSummary


class GicV2(ConfigureHcr):
    """vgic-v2.c; it begins with what GICv3's has of the maintenance interrupt."""

    def vgic_v2_compute_lr(self, vcpu: Vcpu, irq: VgicIrq) -> ListRegister:
        """Say what a list register for this interrupt would hold, changing nothing.

        Models: vgic-v2.c, vgic_v2_compute_lr.
        Locking: called with irq.irq_lock held.
        Differs: as many list registers as GICv3 has, where GICv2 may have 64.
        """
        irq.irq_lock.assert_held()
        if irq.on_lr:
            self._warn(f"{irq} is computed for a list register while it is in one")
        level, active = irq.config is LEVEL, irq.active
        several = is_sgi(irq.intid) and lr_count(irq) > 1
        pending = irq_is_pending(irq) and not (active and (level or several))
        lr = V2ListRegister(irq.intid, pending, active, level, irq.group, irq.priority)
        if irq.physical is not None and not self.vgic_irq_needs_resampling(irq):
            lr.hw, lr.eoi = irq.physical, False
        if is_sgi(irq.intid):
            lr.source = irq.active_source if active else 0
            if pending:
                if not irq.source:
                    self._warn(f"{irq} is pending, and nobody has sent it")
                lr.source = first_source(irq.source)
            lr.eoi = several and self.asks_for_end(irq)
        return lr

    def _warn(self, message: str) -> None:
        self.scheduler.fail(
            Failure(kind="warning", message=message, functions=("vgic_v2_compute_lr",))
        )

    def asks_for_end(self, irq: VgicIrq) -> bool:
        """Say whether the host is to hear of the end of an SGI that more have sent.

        Locking: called with irq.irq_lock held.

        Decision: whether the vCPU comes back for the next source.
        """
        return True

    def vgic_v2_populate_lr(self, vcpu: Vcpu, irq: VgicIrq, lr: int) -> None:
        """Fill a shadow list register; of an SGI one source moves into it.

        Models: vgic-v2.c, vgic_v2_populate_lr.
        Locking: called with irq.irq_lock held.
        """
        irq.irq_lock.assert_held()
        value = self.vgic_v2_compute_lr(vcpu, irq)
        if value.pending:
            irq.pended_since_load = False
            if irq.config is EDGE:
                irq.pending_latch = False
                if is_sgi(irq.intid):
                    self.take_source(irq, value)
            elif irq.physical is not None:
                irq.line_level = False
        vcpu.vgic_cpu.vgic_lr[lr] = value
        irq.on_lr = True
        self.scheduler.note("load", str(value), "into lr", lr)

    def take_source(self, irq: VgicIrq, lr: ListRegister) -> None:
        """Move one source of an SGI into its list register; it stays pending for the others.

        Locking: called with irq.irq_lock held.

        Decision: what is left to be presented.
        """
        irq.irq_lock.assert_held()
        irq.source &= ~(1 << lr.source)
        irq.pending_latch = irq.source != 0

    def vgic_v2_fold_lr(self, vcpu: Vcpu, lr: ListRegister) -> None:
        """Take one list register's state back into its interrupt.

        The host hears of the end of a level first, whether an earlier exit has found it active or
        not: it is active in memory while its line is sampled.

        Models: vgic-v2.c, vgic_v2_fold_lr.
        Locking: called with interrupts off and no vGIC lock held; takes irq_lock.
        """
        irq = self.kvm.get_vcpu_irq(vcpu, lr.intid)
        if irq is None:
            return
        if lr.eoi and not (lr.pending or lr.active):
            self.kvm_notify_acked_irq(irq)
        irq.irq_lock.lock()
        self.fold_irq(irq, lr)
        if is_sgi(lr.intid):
            self.fold_source(irq, lr)
        self.scheduler.note("fold", str(lr), "on", vcpu)
        irq.irq_lock.unlock()

    def fold_source(self, irq: VgicIrq, lr: ListRegister) -> None:
        """Take the source of an SGI back out of its list register.

        Locking: called with irq.irq_lock held and interrupts off.

        Decision: who has sent what is pending again, or active.
        """
        irq.irq_lock.assert_held()
        if lr.active:
            irq.active_source = lr.source
        if lr.pending:
            irq.source |= 1 << lr.source

    def vgic_v2_configure_hcr(self, vcpu: Vcpu, summary: ApListSummary) -> None:
        """Set the enables of the maintenance interrupt afresh, which also clears EOIcount.

        A guest's write of DIR always leaves it: the page that GICV_DIR is in is not mapped.

        Models: vgic-v2.c, vgic_v2_configure_hcr.
        Locking: called with interrupts off, from the vCPU's own thread, which alone touches it.
        """
        ConfigureHcr.vgic_v3_configure_hcr(self, vcpu, summary)
        vcpu.vgic_cpu.vgic_hcr.tdir = True

    def vgic_v2_deactivate(self, vcpu: Vcpu, intid: int, source: int) -> None:
        """Deactivate an interrupt for a guest, wherever it is (GICV_DIR).

        Models: vgic-v2.c, vgic_v2_deactivate, as it is called by vgic_mmio_write_dir.
        Locking: called with nothing held, interrupts on, from the thread of the vCPU that writes;
            takes irq_lock, and what a write of ICACTIVER takes.
        Differs: the source of an SGI is looked at in a hold of the lock by itself; the vCPU whose
            SGI it is changes its active state, and nobody else. What follows is GICv3's.

        Args:
            vcpu: the vCPU whose guest writes.
            intid: the interrupt; a private one is the vCPU's own.
            source: the vCPU that the guest names as the sender of an SGI.
        """
        irq = self.kvm.get_vcpu_irq(vcpu, intid)
        if irq is None:
            return
        if is_sgi(intid):
            irqs_were_off = irq.irq_lock.lock_irqsave()
            meant = self.is_of_source(irq, source)
            irq.irq_lock.unlock_irqrestore(irqs_were_off)
            if not meant:
                self.scheduler.note("nothing of", irq, "is from", source)
                return
        self.vgic_v3_deactivate(vcpu, intid)

    def is_of_source(self, irq: VgicIrq, source: int) -> bool:
        """Say whether a write of DIR means the SGI that is active.

        Locking: called with irq.irq_lock held.

        Decision: whose SGI is deactivated.
        """
        irq.irq_lock.assert_held()
        return irq.active_source == source
