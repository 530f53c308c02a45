# SPDX-License-Identifier: GPL-2.0-only
"""The run loop of a vCPU: flush, enter, exit, sync, handle.

It is the frame that the kernel functions hang in and announces what a vCPU does, so it is not one
of the functions a patch overrides.
"""

from typing import Protocol, final

from harness import local_irq_disable, local_irq_enable
from vgic.data import IN_GUEST_MODE, KVM_REQ_IRQ_PENDING, OUTSIDE_GUEST_MODE, Exit, Vcpu
from vgic.kernel.table import Kernel


class RunsInGuestMode(Protocol):
    """What runs on a vCPU while it is in guest mode."""

    def run_guest(self) -> Exit | None:
        """Run until the vCPU exits; return the access it exits for, None for an interrupt."""


class Run(Kernel):
    """arm.c: kvm_arch_vcpu_ioctl_run."""

    def check_vcpu_requests(self, vcpu: Vcpu) -> None:
        """Do what others have asked for; a pending interrupt needs no more than a new entry.

        Models: arm.c, check_vcpu_requests.
        Locking: called with nothing held, interrupts on.
        Differs: there is no request but IRQ_PENDING.
        """
        if vcpu.requests.pending():
            vcpu.requests.check(KVM_REQ_IRQ_PENDING)

    def handle_exit(self, vcpu: Vcpu, access: Exit | None) -> None:
        """Do what the guest left for, if it did: emulate its access.

        Models: handle_exit.c, down to the registers and the device's own emulation.
        Locking: called with nothing held, interrupts on.
        """
        if access is not None:
            access.emulate(self, vcpu)

    def leaves_guest_mode_before_sync(self) -> bool:
        """Say whether others see the vCPU outside before its state is folded.

        Locking: called with interrupts off and nothing held.

        Decision: when OUTSIDE_GUEST_MODE is published on the way out.
        """
        return False

    @final
    def kvm_arch_vcpu_ioctl_run(self, vcpu: Vcpu, guest: RunsInGuestMode) -> None:
        """Run a vCPU until user space wants it back.

        Models: arm.c, kvm_arch_vcpu_ioctl_run.
        Locking: called with nothing held, interrupts on.
        Differs: a vCPU has a CPU of its own, so it is not loaded and put; it does not block.
        """
        while not self.kvm.stopping:
            self.check_vcpu_requests(vcpu)
            local_irq_disable(self.scheduler)
            self.trace.flushing(vcpu.vcpu_id)
            self.kvm_vgic_flush_hwstate(vcpu)
            vcpu.mode.write(IN_GUEST_MODE)
            # The mode was published before the requests are read: an injector that came after
            # the flush either left a request here or sees the mode and sends an IPI.
            if vcpu.requests.pending():
                self.trace.aborted(vcpu.vcpu_id)
                self._sync(vcpu)
                local_irq_enable(self.scheduler)
                vcpu.ipi.take()
                continue
            self.trace.entered(vcpu.vcpu_id)
            access = guest.run_guest()
            self.trace.exited(vcpu.vcpu_id)
            self._sync(vcpu)
            local_irq_enable(self.scheduler)
            vcpu.ipi.take()
            if access is None:
                self.handle_exit(vcpu, None)
            else:
                self.trace.accessing(vcpu.vcpu_id, access)
                self.handle_exit(vcpu, access)
                self.trace.accessed(vcpu.vcpu_id, access)

    def _sync(self, vcpu: Vcpu) -> None:
        early = self.leaves_guest_mode_before_sync()
        if early:
            vcpu.mode.write(OUTSIDE_GUEST_MODE)
        self.kvm_vgic_sync_hwstate(vcpu)
        self.trace.synced(vcpu.vcpu_id)
        if not early:
            vcpu.mode.write(OUTSIDE_GUEST_MODE)
