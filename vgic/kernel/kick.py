# SPDX-License-Identifier: GPL-2.0-only
"""Requests, kicks and wake-ups: how a vCPU learns that it has something new.

A request is set before the mode is looked at; the vCPU publishes its mode before it looks at its
requests. So at least one of the two sees the other, whatever the interleaving. One that is about to
sleep stands in its queue before it looks whether there is anything: so is either seen there.
"""

from harness.engine import unnamed
from harness.primitives import Taking, check_may_call_cpus
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
        """Make a vCPU that is in the guest leave it, and wake one that sleeps.

        Models: kvm_main.c, kvm_vcpu_kick.
        Locking: none; called from any context.
        Differs: the IPI is the vCPU's and not the CPU's: one that is sent late to a CPU on which
            another runs by now interrupts nobody.
        """
        if self._runs_here(vcpu) or self.kvm_vcpu_wake_up(vcpu):
            return
        was = vcpu.mode.cmpxchg(IN_GUEST_MODE, EXITING_GUEST_MODE)
        if was is IN_GUEST_MODE:
            vcpu.ipi.send()
            self.trace.kicked(vcpu.vcpu_id)

    def kvm_make_all_cpus_request(self, request: int, *, wait: bool, wakes: bool) -> None:
        """Leave a request for every vCPU, and make those leave their guests that are in them.

        Models: kvm_main.c, kvm_make_all_cpus_request, with the flags that a request carries.
        Locking: called with interrupts on, and in no handler, unless nobody has to be called; with
            `wait` it may wait for every other vCPU.

        Args:
            request: the request.
            wait: return when each vCPU that was not outside has taken its IPI: so it has had its
                interrupts on since, and is through with what it had them off for. Also one is sent
                an IPI then that somebody else has just kicked (KVM_REQUEST_WAIT).
            wakes: wake who sleeps, and send him no IPI (without KVM_REQUEST_NO_WAKEUP).
        """
        needing: list[tuple[Vcpu, Taking]] = []
        for vcpu in self.kvm.vcpus:
            self.kvm_make_request(request, vcpu)
            if (wakes and self.kvm_vcpu_wake_up(vcpu)) or self._runs_here(vcpu):
                continue
            was = vcpu.mode.cmpxchg(IN_GUEST_MODE, EXITING_GUEST_MODE)
            if was is IN_GUEST_MODE or (wait and was is EXITING_GUEST_MODE):
                needing.append((vcpu, vcpu.ipi.next_taking()))
        if needing:
            check_may_call_cpus(self.scheduler)
        for vcpu, taking in needing:
            # With its interrupts on since it was seen inside, a CPU takes an IPI as it comes.
            if vcpu.ipi.is_awaited(taking):
                vcpu.ipi.send()
                self.trace.kicked(vcpu.vcpu_id)
        if wait:
            for vcpu, taking in needing:
                vcpu.ipi.wait_for_taking(taking)

    def _runs_here(self, vcpu: Vcpu) -> bool:
        """Tell whether it is the running thread's own vCPU."""
        return vcpu.role == self.scheduler.current.role

    def announce_pending(self, vcpu: Vcpu) -> None:
        """Tell a vCPU that something became pending for it.

        Locking: called with nothing held, from any context.

        Decision: what is left behind for the vCPU, and in which order.
        """
        self.kvm_make_request(KVM_REQ_IRQ_PENDING, vcpu)
        self.kvm_vcpu_kick(vcpu)

    @unnamed
    def announce_to_all(self) -> None:
        """Tell every vCPU that it has to come in anew.

        One after the other: who injects may have interrupts off, or be in a handler, from where the
        CPUs must not be called all at once (docs/findings.md, F11).

        Models: vgic.c, vgic_queue_irq_unlock, which makes one request of all vCPUs.
        Locking: called with nothing held, from any context.

        Decision: how they are told.
        """
        for vcpu in self.kvm.vcpus:
            self.announce_pending(vcpu)
