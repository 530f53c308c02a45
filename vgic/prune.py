# SPDX-License-Identifier: GPL-2.0-only
"""Prune, last on the way out: what has become idle leaves the AP-list."""

from vgic.kernel import Kernel
from vgic.vm import Vcpu


class Prune(Kernel):
    """vgic.c: vgic_prune_ap_list and kvm_vgic_sync_hwstate."""

    def vgic_prune_ap_list(self, vcpu: Vcpu) -> None:
        """Put the overflow back and take idle interrupts off the list.

        Models: vgic.c, vgic_prune_ap_list.
        Locking: called with interrupts off and nothing held; takes ap_list_lock, then each
            irq_lock in turn.
        Differs: nothing is ever routed elsewhere yet, so nothing migrates.
        """
        vgic_cpu = vcpu.vgic_cpu
        with vgic_cpu.ap_list_lock:
            self.replug_overflow(vcpu)
            for irq in vgic_cpu.ap_list_head.entries_safe():
                with irq.irq_lock:
                    if self.vgic_target_oracle(irq) is None:
                        vgic_cpu.ap_list_head.delete(irq.ap_list)
                        irq.vcpu = None
                        self.scheduler.note("prune", irq, "off", vcpu)

    def kvm_vgic_sync_hwstate(self, vcpu: Vcpu) -> None:
        """Take the vGIC's state back from the guest, on every exit and every aborted entry.

        Models: vgic.c, kvm_vgic_sync_hwstate.
        Locking: called with interrupts off and nothing held.
        """
        self.vgic_v3_save_state(vcpu)
        self.vgic_v3_fold_lr_state(vcpu)
        self.vgic_prune_ap_list(vcpu)

    def replug_overflow(self, vcpu: Vcpu) -> None:
        """Put back what was put aside, at the end of the AP-list.

        Models: the start of vgic_prune_ap_list in "Add AP-list overflow split/splice".
        Locking: called with ap_list_lock held.

        Decision: whether and where the overflow goes back.
        """
        overflow = vcpu.vgic_cpu.overflow_ap_list_head
        if not overflow.empty:
            vcpu.vgic_cpu.ap_list_head.splice_tail_init(overflow)
            self.scheduler.note("splice", vcpu)
