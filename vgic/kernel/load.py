# SPDX-License-Identifier: GPL-2.0-only
"""A vCPU and the CPUs of the host: it is loaded on one, put, and loaded on another.

User space does both around KVM_RUN, the host's scheduler does when another thread is to have the
CPU, and so does a vCPU that blocks.
"""

from harness.primitives import check_may_sleep
from vgic.data import TIF_NEED_RESCHED, TIF_SIGPENDING, Vcpu, free_cpu_behind
from vgic.kernel.table import Kernel


class Load(Kernel):
    """arm.c, vgic-v3.c and entry/virt.c: load, put, and what makes the host do either."""

    def vcpu_load(self, vcpu: Vcpu) -> None:
        """Put a vCPU on a CPU: the first free one behind that which it was on last.

        Models: kvm_main.c, vcpu_load; arm.c, kvm_arch_vcpu_load.
        Locking: called with nothing held, interrupts on.
        Differs: what the vGIC restores (kvm_vgic_load) is never taken away from the vCPU.
        """
        vcpu.cpu = free_cpu_behind(self.kvm.cpus, vcpu.cpu)
        vcpu.cpu.vcpu = vcpu.vcpu_id

    def vcpu_put(self, vcpu: Vcpu) -> None:
        """Take a vCPU off its CPU, with what its CPU interface has.

        Models: kvm_main.c, vcpu_put; arm.c, kvm_arch_vcpu_put.
        Locking: called with nothing held, interrupts and preemption on.
        """
        check_may_sleep(self.scheduler, f"give {vcpu.cpu} away", "cpu")
        self.kvm_vgic_put(vcpu)
        vcpu.cpu.vcpu = None

    def kvm_vgic_put(self, vcpu: Vcpu) -> None:
        """Save the guest's priority mask, for whoever looks whether the vCPU has to be woken.

        Models: vgic-v3.c, vgic_v3_put.
        Locking: called with nothing held, interrupts on.
        """
        vcpu.vgic_cpu.vgic_pmr = vcpu.cpuif.vmcr.pmr
        self.kvm.dist.mask_is_saved()

    def xfer_to_guest_mode_handle_work(self, vcpu: Vcpu) -> None:
        """Do what the host wants of the vCPU's thread before it goes on.

        Models: kernel/entry/virt.c, xfer_to_guest_mode_handle_work, and for a signal the way to
            user space and back into KVM_RUN.
        Locking: called with the vCPU's mutex alone held, interrupts on; lets go of it for a signal.
        """
        for flag in (TIF_NEED_RESCHED, TIF_SIGPENDING):
            if vcpu.work.check(flag):
                self.vcpu_put(vcpu)
                if flag == TIF_SIGPENDING and self.kvm.ioctls is not None:
                    self.return_to_user_space(vcpu)
                self.vcpu_load(vcpu)
