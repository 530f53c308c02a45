# SPDX-License-Identifier: GPL-2.0-only
"""The vGIC before it could have anything active outside its list registers."""

from vgic.data import Vcpu, VgicIrq, irq_is_pending
from vgic.kernel import ApListSummary, Mechanism


class NoOverflow(Mechanism):
    """Active interrupts get list registers first, so that none is ever ended outside them.

    Nothing counts what is, and the only maintenance interrupt is for an underflow. A vCPU with
    nothing on its list flushes and syncs nothing.
    """

    def summarize_irq(self, vcpu: Vcpu, irq: VgicIrq, summary: ApListSummary) -> None:
        """Count whatever is pending or active, wherever it belongs (compute_ap_list_depth)."""
        irq.irq_lock.lock()
        summary.nr_pend += irq.active or irq_is_pending(irq)
        irq.irq_lock.unlock()

    def sort_key(self, vcpu: Vcpu, irq: VgicIrq) -> tuple[bool | int, ...]:
        """Active first, all alike; then what is pending and enabled, by priority."""
        irq.irq_lock.assert_held()
        if irq.active:
            return (0,)
        return (1, irq.priority) if irq.enabled and irq_is_pending(irq) else (2,)

    def vgic_v3_configure_hcr(self, vcpu: Vcpu, summary: ApListSummary) -> None:
        """Have the vCPU come back when the walk ran out of list registers (vgic_set_underflow)."""
        hcr = vcpu.vgic_cpu.vgic_hcr
        hcr.clear()
        hcr.uie = summary.ran_out

    def vgic_v2_configure_hcr(self, vcpu: Vcpu, summary: ApListSummary) -> None:
        """Do the same on a GICv2, whose page with DIR was mapped then."""
        NoOverflow.vgic_v3_configure_hcr(self, vcpu, summary)

    def save_vmcr(self, vcpu: Vcpu) -> None:
        """Leave it where it is until the vCPU is put."""

    def save_eoicount(self, vcpu: Vcpu) -> None:
        """Nobody asks for it."""

    def vgic_v3_fold_lr_state(self, vcpu: Vcpu) -> None:
        """Fold the used list registers; that is all there is."""
        vgic_cpu = vcpu.vgic_cpu
        for index in range(vgic_cpu.used_lrs):
            self.vgic_v3_fold_lr(vcpu, vgic_cpu.vgic_lr[index])
        vgic_cpu.used_lrs = 0

    def kvm_vgic_flush_hwstate(self, vcpu: Vcpu) -> None:
        """Do nothing, and take no lock, where nothing is listed: a request will tell."""
        if not vcpu.vgic_cpu.ap_list_head.empty:
            super().kvm_vgic_flush_hwstate(vcpu)

    def kvm_vgic_sync_hwstate(self, vcpu: Vcpu) -> None:
        """Do nothing where nothing is listed: then no list register is in use."""
        if not vcpu.vgic_cpu.ap_list_head.empty:
            super().kvm_vgic_sync_hwstate(vcpu)
