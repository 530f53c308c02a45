# SPDX-License-Identifier: GPL-2.0-only
"""A vCPU's vGIC comes and goes: both lists are made empty."""

from harness import kfree
from vgic.data import MortalIrq, Vcpu
from vgic.kernel.table import Kernel


class Init(Kernel):
    """vgic-init.c."""

    def kvm_vgic_vcpu_init(self, vcpu: Vcpu) -> None:
        """Make a new vCPU's lists.

        Models: vgic-init.c, kvm_vgic_vcpu_init.
        Locking: none; nobody else knows the vCPU yet.
        """
        self._init_lists(vcpu)

    def kvm_vgic_vcpu_destroy(self, vcpu: Vcpu) -> None:
        """Forget what is left on a vCPU's lists.

        Models: vgic-init.c, __kvm_vgic_vcpu_destroy.
        Locking: called with nothing held; the VM is being torn down. To take LPIs off the list,
            whose references are dropped, it takes what vgic_flush_pending_lpis takes.
        Differs: its private interrupts are freed where the end of the VM is part of the execution.
        """
        if self.kvm.dist.lpis is not None:
            self.vgic_flush_pending_lpis(vcpu)
        self._init_lists(vcpu)
        if self.kvm.lifetime is not None:
            for irq in vcpu.vgic_cpu.private_irqs.values():
                assert isinstance(irq, MortalIrq)
                kfree(irq)

    def _init_lists(self, vcpu: Vcpu) -> None:
        vcpu.vgic_cpu.ap_list_head.init()
        vcpu.vgic_cpu.overflow_ap_list_head.init()
