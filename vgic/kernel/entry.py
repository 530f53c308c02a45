# SPDX-License-Identifier: GPL-2.0-only
"""Into guest mode and out of it: in which order a vCPU says so, looks, flushes and folds.

Whoever has something for a vCPU leaves a request and then looks at its mode. So the vCPU publishes
its mode and then looks at its requests: one of the two sees the other. What comes after that look
is told by an IPI. The flush comes after it as well: a vCPU that turns back has nothing to undo, and
whoever finds it outside knows that its list registers are folded and that none is being filled.
"""

from typing import final

from harness.engine import unnamed
from vgic.data import IN_GUEST_MODE, OUTSIDE_GUEST_MODE, Vcpu
from vgic.kernel.table import Kernel


class Entry(Kernel):
    """arm.c: the steps of kvm_arch_vcpu_ioctl_run around the guest."""

    @unnamed
    def enter_guest_mode(self, vcpu: Vcpu) -> bool:
        """Publish the mode, look at the requests, and fill the list registers.

        Models: arm.c, kvm_arch_vcpu_ioctl_run in the order of Linux 7.3.4, from where the mode is
            stored to where the guest is entered.
        Locking: called with interrupts off and nothing held.

        Returns:
            Whether the vCPU goes in; if not, it has turned back and is outside again.
        """
        vcpu.mode.write(IN_GUEST_MODE)
        if self.kvm_vcpu_exit_request(vcpu):
            self.trace.turned_back(vcpu.vcpu_id)
            vcpu.mode.write(OUTSIDE_GUEST_MODE)
            return False
        self.flush(vcpu)
        return True

    @unnamed
    def kvm_vcpu_exit_request(self, vcpu: Vcpu) -> bool:
        """Tell whether there is something to do before the guest is entered.

        Models: arm.c, kvm_vcpu_exit_request.
        Locking: called with interrupts off and nothing held.
        """
        return vcpu.requests.pending() or vcpu.work.glance()

    @unnamed
    def exit_guest_mode(self, vcpu: Vcpu) -> None:
        """Fold what the guest has done, and publish that the vCPU is outside.

        Models: arm.c, kvm_arch_vcpu_ioctl_run from the exit to where interrupts are turned on.
        Locking: called with interrupts off and nothing held. With them off the CPU is a reader of
            RCU, and in its guest it was none.
        """
        lpis = self.kvm.dist.lpis
        if lpis is not None:
            lpis.rcu.read_lock()
        early = self.leaves_guest_mode_before_sync()
        if early:
            vcpu.mode.write(OUTSIDE_GUEST_MODE)
        self.sync(vcpu)
        if not early:
            vcpu.mode.write(OUTSIDE_GUEST_MODE)
        if lpis is not None:
            lpis.rcu.read_unlock()

    def leaves_guest_mode_before_sync(self) -> bool:
        """Say whether others see the vCPU outside before its state is folded.

        Locking: called with interrupts off and nothing held.

        Decision: when OUTSIDE_GUEST_MODE is published on the way out.
        """
        return False

    @final
    @unnamed
    def flush(self, vcpu: Vcpu) -> None:
        """Call kvm_vgic_flush_hwstate, and announce it, whoever has written that."""
        self.trace.flushing(vcpu.vcpu_id)
        self.kvm_vgic_flush_hwstate(vcpu)
        self.trace.flushed(vcpu.vcpu_id)

    @final
    @unnamed
    def sync(self, vcpu: Vcpu) -> None:
        """Call kvm_vgic_sync_hwstate, and announce it, whoever has written that."""
        self.kvm_vgic_sync_hwstate(vcpu)
        self.trace.synced(vcpu.vcpu_id)
