# SPDX-License-Identifier: GPL-2.0-only
"""The distributor is turned on and off.

Off, nothing that is pending belongs on a list, and the next prune of each vCPU takes it off. What
was sent meanwhile is in memory alone, and is put on a list by whoever touches it next (quirk Q12).
Nobody is kicked when it is turned off: what is in a list register stays deliverable until its vCPU
leaves the guest.
"""

from harness.engine import unnamed
from vgic.data import Vcpu
from vgic.kernel.table import Kernel

_EVERYTHING = 0x100
"""A mask that lets in any priority."""


class Distributor(Kernel):
    """vgic-mmio-v3.c and vgic.c: GICD_CTLR."""

    def vgic_mmio_write_v3_misc(self, enabled: bool) -> None:
        """Turn the distributor on or off (GICD_CTLR), and tell who has something when it is on.

        Models: vgic-mmio-v3.c, vgic_mmio_write_v3_misc.
        Locking: called with nothing held; takes the config_lock.
        Differs: no direct SGIs are turned on by it.
        """
        with self.kvm.config_lock:
            was_enabled = self.kvm.dist.forwards()
            self.kvm.dist.turn(on=enabled)
            self.scheduler.note("turn the distributor", "on" if enabled else "off")
            if enabled and not was_enabled:
                self.vgic_kick_vcpus()

    def vgic_kick_vcpus(self) -> None:
        """Make every vCPU look that has something on its list by now.

        Models: vgic.c, vgic_kick_vcpus.
        Locking: called with interrupts on; takes each vCPU's ap_list_lock, and irq_locks, in turn.
        """
        for vcpu in self.kvm.vcpus:
            if self.has_something(vcpu):
                self.announce_pending(vcpu)

    @unnamed
    def has_something(self, vcpu: Vcpu) -> bool:
        """Say whether a vCPU has to look when the distributor has been turned on.

        Anything pending on its lists will do: which priorities its guest lets in is not known while
        that runs, and what its flush has passed over with the distributor off has been put aside
        (docs/findings.md, F9).

        Models: vgic.c, vgic_kick_vcpus, which asks kvm_vgic_vcpu_pending_irq, and so goes by the
            mask that the guest had when it left last.
        Locking: called with interrupts on; takes ap_list_lock (irqsave), and irq_locks.

        Decision: who is kicked.
        """
        vgic_cpu = vcpu.vgic_cpu
        return self.has_pending_below(
            vcpu, _EVERYTHING, vgic_cpu.ap_list_head, vgic_cpu.overflow_ap_list_head
        )
