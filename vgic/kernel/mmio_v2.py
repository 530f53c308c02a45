# SPDX-License-Identifier: GPL-2.0-only
"""Guest accesses to what the distributor of a GICv2 alone has, or has otherwise."""

from harness.engine import operation
from vgic.data import Vcpu, VgicIrq, first_source, is_private
from vgic.kernel.table import Kernel

_TURNS = operation("write", "enabled", "enabled[vm]")


class MmioV2(Kernel):
    """vgic-mmio-v2.c.

    Differs: CPENDSGIR and SPENDSGIR are not there; of what can be read only pending and active
        states are.
    """

    def vgic_mmio_write_sgir(self, vcpu: Vcpu, target: Vcpu, intid: int) -> None:
        """Send a software-generated interrupt to a vCPU (GICD_SGIR).

        Models: vgic-mmio-v2.c, vgic_mmio_write_sgir, for one target; called for each of several.
        Locking: called with nothing held; takes irq_lock, which queueing drops.

        Args:
            vcpu: the vCPU whose guest sends it.
            target: whom it is sent to; the sender itself perhaps.
            intid: the INTID.
        """
        irq = self.kvm.get_vcpu_irq(target, intid)
        if irq is None:
            return
        irqs_were_off = irq.irq_lock.lock_irqsave()
        irq.pending_latch = True
        irq.source |= 1 << vcpu.vcpu_id
        self.scheduler.note("send", irq, "from", vcpu)
        self.vgic_queue_irq_unlock(irq, irqs_were_off)

    def vgic_mmio_write_target(self, irq: VgicIrq, targets: int) -> None:
        """Route a shared interrupt to one of some vCPUs (GICD_ITARGETSR); nobody is kicked.

        It goes to the first of them that is there, and to vCPU 0 if none is.

        Models: vgic-mmio-v2.c, vgic_mmio_write_target.
        Locking: called with nothing held; takes irq_lock.
        Differs: what was written is not kept, since nobody reads it.

        Args:
            irq: the interrupt; where a private one goes is fixed.
            targets: a bit for each vCPU.
        """
        if is_private(irq.intid):
            return
        there = targets & ((1 << len(self.kvm.vcpus)) - 1)
        target = self.kvm.vcpus[first_source(there) if there else 0]
        irqs_were_off = irq.irq_lock.lock_irqsave()
        irq.target_vcpu = target
        self.scheduler.note("route", irq, "to", target)
        irq.irq_lock.unlock_irqrestore(irqs_were_off)

    def vgic_mmio_write_v2_misc(self, enabled: bool) -> None:
        """Turn the distributor on or off (GICD_CTLR), and tell who has something when it is on.

        Models: vgic-mmio-v2.c, vgic_mmio_write_v2_misc.
        Locking: called with nothing held; takes the config_lock.
        """
        if self.turns_one_by_one():
            self.vgic_mmio_write_v3_misc(enabled)
            return
        was_enabled = self.kvm.dist.forwards()
        self.scheduler.point(_TURNS)  # nothing is held: another may turn it meanwhile
        self.kvm.dist.turn(on=enabled)
        self.scheduler.note("turn the distributor", "on" if enabled else "off")
        if enabled and not was_enabled:
            self.vgic_kick_vcpus()

    def turns_one_by_one(self) -> bool:
        """Say whether who turns the distributor on or off waits for others that do.

        Models: vgic-mmio-v2.c, vgic_mmio_write_v2_misc, which takes no lock where GICv3's takes the
            config_lock: who turns it on may have found it on, while another turned it off.
        Locking: called with nothing held.

        Decision: whether the config_lock is taken.
        """
        return True
