# SPDX-License-Identifier: GPL-2.0-only
"""The run loop of a vCPU: requests, entry, guest, exit, and what the guest has left for.

Entry and exit are in entry.py. The loop announces what a vCPU does; a patch that replaces it
announces the same.
"""

from harness import local_irq_disable, local_irq_enable
from harness.primitives import preempt_disable, preempt_enable
from vgic.data import (
    KVM_REQ_IRQ_PENDING,
    KVM_REQ_SLEEP,
    KVM_REQ_VGIC_PROCESS_UPDATE,
    Exit,
    RunsInGuestMode,
    Trap,
    Vcpu,
)
from vgic.kernel.table import Kernel


class Run(Kernel):
    """arm.c: kvm_arch_vcpu_ioctl_run."""

    def kvm_arch_vcpu_ioctl_run(self, vcpu: Vcpu, guest: RunsInGuestMode) -> None:
        """Run a vCPU until user space wants it back.

        Models: arm.c, kvm_arch_vcpu_ioctl_run.
        Locking: called with nothing held, interrupts on.
        Differs: a signal is dealt with inside the loop (load.py), so that this is called once.
        """
        self.vcpu_load(vcpu)
        while not self.kvm.stopping:
            if vcpu.work.glance():
                self.xfer_to_guest_mode_handle_work(vcpu)
                if self.kvm.lifetime is not None and self.kvm.lifetime.is_over():
                    break
            self.check_vcpu_requests(vcpu)
            preempt_disable(self.scheduler)
            local_irq_disable(self.scheduler)
            if not self.enter_guest_mode(vcpu):
                local_irq_enable(self.scheduler)
                vcpu.ipi.take()
                preempt_enable(self.scheduler)
                continue
            self.trace.entered(vcpu.vcpu_id)
            access = self.run_guest(vcpu, guest)
            self.trace.exited(vcpu.vcpu_id)
            self.exit_guest_mode(vcpu)
            local_irq_enable(self.scheduler)
            vcpu.ipi.take()
            preempt_enable(self.scheduler)
            if access is None:
                self.handle_exit(vcpu, None)
            elif access is Trap.WFI:
                self.trace.waiting(vcpu.vcpu_id)
                self.kvm_vcpu_wfi(vcpu)
                self.trace.waited(vcpu.vcpu_id)
            else:
                self.trace.accessing(vcpu.vcpu_id, access)
                self.handle_exit(vcpu, access)
                self.trace.accessed(vcpu.vcpu_id, access)
                if access.asks.deactivates:
                    self.trace.deactivated(vcpu.vcpu_id, access.intid)
        self.vcpu_put(vcpu)

    def check_vcpu_requests(self, vcpu: Vcpu) -> None:
        """Do what others have asked for; a pending interrupt needs no more than a new entry.

        Models: arm.c, check_vcpu_requests.
        Locking: called with nothing held, interrupts on.
        Differs: of the requests there are these three. The whole word is looked at once: what is
            made after that is found by the look before the entry.
        """
        requests = vcpu.requests
        bits = requests.read()
        if not bits:
            return
        if bits & 1 << KVM_REQ_SLEEP:
            requests.check(KVM_REQ_SLEEP)
            self.kvm_vcpu_sleep(vcpu)
        if bits & 1 << KVM_REQ_IRQ_PENDING:
            requests.check(KVM_REQ_IRQ_PENDING)
        if bits & 1 << KVM_REQ_VGIC_PROCESS_UPDATE:
            requests.check(KVM_REQ_VGIC_PROCESS_UPDATE)
            self.kvm_vgic_process_async_update(vcpu)

    def handle_exit(self, vcpu: Vcpu, access: Exit | None) -> None:
        """Do what the guest left for, if it did: emulate its access.

        Models: handle_exit.c, down to the registers and the device's own emulation.
        Locking: called with nothing held, interrupts on.
        """
        if access is None:
            return
        if self.kvm.ioctls is not None and access.is_mmio:
            self.kvm_handle_guest_abort(vcpu, access)
        else:
            access.emulate(self, vcpu)
