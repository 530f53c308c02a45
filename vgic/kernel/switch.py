# SPDX-License-Identifier: GPL-2.0-only
"""The switch between host and guest: shadow registers to hardware and back."""

from harness.engine import unnamed
from vgic.data import Vcpu
from vgic.kernel.table import Kernel


class Switch(Kernel):
    """vgic-v3-sr.c: loading and saving the hardware."""

    def vgic_v3_restore_state(self, vcpu: Vcpu) -> None:
        """Load the shadow into the hardware.

        Models: vgic-v3-sr.c, __vgic_v3_restore_state.
        Locking: called with interrupts off, from the vCPU's own thread.
        """
        vgic_cpu, cpuif = vcpu.vgic_cpu, vcpu.cpuif
        cpuif.hcr.load(vgic_cpu.vgic_hcr)
        for index in range(vgic_cpu.used_lrs):
            cpuif.lrs[index].load(vgic_cpu.vgic_lr[index])

    def vgic_v3_save_state(self, vcpu: Vcpu) -> None:
        """Save what the guest has done to the hardware, and quiesce it.

        Models: vgic-v3-sr.c, __vgic_v3_save_state.
        Locking: called with interrupts off, from the vCPU's own thread.
        Differs: the guest's VMCR is not copied, host and guest look at one.
        """
        vgic_cpu, cpuif = vcpu.vgic_cpu, vcpu.cpuif
        for index in range(vgic_cpu.used_lrs):
            shadow, lr = vgic_cpu.vgic_lr[index], cpuif.lrs[index]
            # An empty register (ELRSR) keeps all but its state in the shadow.
            shadow.pending, shadow.active = lr.pending, lr.active
            lr.clear()
        self.save_vmcr(vcpu)
        self.save_eoicount(vcpu)
        cpuif.hcr.clear()

    @unnamed
    def save_vmcr(self, vcpu: Vcpu) -> None:
        """Save the guest's priority mask, for whoever asks while the vCPU is loaded.

        Models: vgic-v3-sr.c, the part of __vgic_v3_save_state that reads ICH_VMCR_EL2 back.
        Locking: called with interrupts off, from the vCPU's own thread.

        Decision: whether it is saved at each exit, or only when the vCPU is put.
        """
        vcpu.vgic_cpu.vgic_pmr = vcpu.cpuif.vmcr.pmr
        self.kvm.dist.mask_is_saved()

    def save_eoicount(self, vcpu: Vcpu) -> None:
        """Keep the hardware's EOIcount across the exit, where it was asked to count.

        Models: vgic-v3-sr.c, the part of __vgic_v3_save_state added by f4ded7b0848e.
        Locking: called with interrupts off, from the vCPU's own thread.

        Decision: whether the count survives.
        """
        shadow = vcpu.vgic_cpu.vgic_hcr
        if shadow.lrenpie:
            shadow.eoicount = vcpu.cpuif.hcr.eoicount
            if shadow.eoicount:
                self.scheduler.note("save EOIcount", shadow.eoicount, "of", vcpu)
