# SPDX-License-Identifier: GPL-2.0-only
"""Requests and kicks: how a vCPU learns that it has something new.

A request is set before the mode is looked at; the vCPU publishes its mode before it looks at its
requests. So at least one of the two sees the other, whatever the interleaving.
"""

from vgic.data import EXITING_GUEST_MODE, IN_GUEST_MODE, KVM_REQ_IRQ_PENDING, Vcpu
from vgic.kernel.table import Kernel


class Kick(Kernel):
    """kvm_main.c: requests and kicks."""

    def kvm_make_request(self, request: int, vcpu: Vcpu) -> None:
        """Leave a request for a vCPU to find before it enters the guest.

        Models: kvm_host.h, kvm_make_request.
        Locking: none; called from any context.
        """
        vcpu.requests.make(request)

    def kvm_vcpu_kick(self, vcpu: Vcpu) -> None:
        """Make a vCPU that is in the guest leave it.

        Models: kvm_main.c, kvm_vcpu_kick.
        Locking: none; called from any context.
        Differs: vCPUs do not sleep yet, so there is nobody to wake.
        """
        if vcpu.role == self.scheduler.current.role:
            return
        was = vcpu.mode.cmpxchg(IN_GUEST_MODE, EXITING_GUEST_MODE)
        if was is IN_GUEST_MODE:
            vcpu.ipi.send()
            self.trace.kicked(vcpu.vcpu_id)

    def announce_pending(self, vcpu: Vcpu) -> None:
        """Tell a vCPU that something became pending for it.

        Locking: called with nothing held, from any context.

        Decision: what is left behind for the vCPU, and in which order.
        """
        self.kvm_make_request(KVM_REQ_IRQ_PENDING, vcpu)
        self.kvm_vcpu_kick(vcpu)
