# SPDX-License-Identifier: GPL-2.0-only
"""Guest accesses to the distributor and the system registers that touch interrupts.

They run on the accessing vCPU's thread, outside guest mode, after its own sync, and take one
irq_lock at a time. Some end in queueing; those that do not also do not kick: a copy in a list
register stays as it is until its vCPU's next exit. A read of what is pending takes nothing out of a
list register: it finds what was folded last. Active states are in mmio_active.py.
"""

from vgic.data import EDGE, Config, Vcpu, VgicIrq, irq_is_pending, is_private
from vgic.hardware import PRIORITY_MASK
from vgic.kernel.table import Kernel


class Mmio(Kernel):
    """vgic-mmio.c, vgic-mmio-v3.c: the registers that contend with delivery.

    Differs: of what can be read only pending and active states are; IROUTER names a vCPU that is
        there.
    """

    def vgic_mmio_write_senable(self, irq: VgicIrq) -> None:
        """Enable an interrupt (GICD_ISENABLER), and queue it if it is pending.

        The line of a mapped one is sampled (physical.py): it may have changed meanwhile.

        Models: vgic-mmio.c, vgic_mmio_write_senable.
        Locking: called with nothing held; takes irq_lock, which queueing drops.
        """
        irqs_were_off = irq.irq_lock.lock_irqsave()
        if irq.physical is not None:
            self.sample_enabled(irq)
        irq.enabled = True
        self.scheduler.note("enable", irq)
        self.vgic_queue_irq_unlock(irq, irqs_were_off)

    def vgic_mmio_write_cenable(self, irq: VgicIrq) -> None:
        """Disable an interrupt (GICD_ICENABLER); nobody is kicked.

        Models: vgic-mmio.c, vgic_mmio_write_cenable.
        Locking: called with nothing held; takes irq_lock.
        """
        irqs_were_off = irq.irq_lock.lock_irqsave()
        irq.enabled = False
        self.scheduler.note("disable", irq)
        irq.irq_lock.unlock_irqrestore(irqs_were_off)

    def vgic_mmio_write_spending(self, irq: VgicIrq) -> None:
        """Make an interrupt pending by software (GICD_ISPENDR), and queue it.

        The device of a mapped one is kept out until the guest has handled that.

        Models: vgic-mmio.c, vgic_mmio_write_spending.
        Locking: called with nothing held; takes irq_lock, which queueing drops.
        """
        irqs_were_off = irq.irq_lock.lock_irqsave()
        irq.pending_latch = irq.pended_since_load = True
        if irq.physical is not None and self.physical_is_known(irq):
            self.vgic_irq_set_phys_active(irq, True)
        self.scheduler.note("pend", irq)
        self.vgic_queue_irq_unlock(irq, irqs_were_off)

    def vgic_mmio_write_cpending(self, irq: VgicIrq) -> None:
        """Take an interrupt's pending latch away (GICD_ICPENDR); nobody is kicked.

        The device of a mapped one is let come again, unless the guest handles that: a write of
        ISPENDR before has kept it out.

        Models: vgic-mmio.c, vgic_mmio_write_cpending.
        Locking: called with nothing held; takes irq_lock.
        """
        irqs_were_off = irq.irq_lock.lock_irqsave()
        irq.pending_latch = irq.pended_since_load = False
        if irq.physical is not None and self.lets_device_come(irq):
            self.vgic_irq_set_phys_active(irq, False)
        self.scheduler.note("unpend", irq)
        irq.irq_lock.unlock_irqrestore(irqs_were_off)

    def vgic_mmio_write_priority(self, irq: VgicIrq, priority: int) -> None:
        """Give an interrupt another priority (GICD_IPRIORITYR); neither queued nor kicked.

        Models: vgic-mmio.c, vgic_mmio_write_priority, which leaves it to the next flush what that
            means for an interrupt that is pending or active by now.
        Locking: called with nothing held; takes irq_lock.

        Args:
            irq: the interrupt.
            priority: a byte, of which the five upper bits are implemented.
        """
        irqs_were_off = irq.irq_lock.lock_irqsave()
        irq.priority = priority & PRIORITY_MASK
        self.scheduler.note("set the priority of", irq, "to", f"{irq.priority:#04x}")
        irq.irq_lock.unlock_irqrestore(irqs_were_off)

    def vgic_mmio_write_group(self, irq: VgicIrq, group: int) -> None:
        """Put an interrupt into a group (GICD_IGROUPR), and queue it if it is pending.

        A copy in a list register keeps its group until it is loaded anew.

        Models: vgic-mmio.c, vgic_mmio_write_group.
        Locking: called with nothing held; takes irq_lock, which queueing drops.
        """
        irqs_were_off = irq.irq_lock.lock_irqsave()
        irq.group = group
        self.scheduler.note("put", irq, "into group", group)
        self.vgic_queue_irq_unlock(irq, irqs_were_off)

    def vgic_mmio_write_config(self, irq: VgicIrq, config: Config) -> None:
        """Have an interrupt triggered otherwise (GICD_ICFGR); neither queued nor kicked.

        Its latch and the level of its line stay as they are: what was latched of an edge pends the
        level from then on, and what is known of a line is not followed while it is an edge's. What
        is in a list register is folded as what the interrupt is by then (quirk Q15).

        Models: vgic-mmio.c, vgic_mmio_write_config.
        Locking: called with nothing held; takes irq_lock.

        Args:
            irq: the interrupt; that of a private one is fixed.
            config: how it is triggered.
        """
        if is_private(irq.intid):
            return
        irqs_were_off = irq.irq_lock.lock_irqsave()
        irq.config = config
        self.scheduler.note("make", irq, "edge-triggered" if config is EDGE else "level-triggered")
        irq.irq_lock.unlock_irqrestore(irqs_were_off)

    def vgic_mmio_read_pending(self, irq: VgicIrq) -> bool:
        """Tell a guest whether an interrupt is pending (GICD_ISPENDR).

        A level-triggered one is while its line is up, too. What waits in another vCPU's list
        register is not: an edge's latch is clear meanwhile.

        Models: vgic-mmio.c, vgic_mmio_read_pending.
        Locking: called with nothing held; takes irq_lock.
        """
        irqs_were_off = irq.irq_lock.lock_irqsave()
        pending = irq_is_pending(irq)
        self.scheduler.note("read of", irq, "pending" if pending else "not pending")
        irq.irq_lock.unlock_irqrestore(irqs_were_off)
        return pending

    def vgic_mmio_write_irouter(self, irq: VgicIrq, target: Vcpu) -> None:
        """Route a shared interrupt to another vCPU (GICD_IROUTER); neither queued nor kicked.

        Models: vgic-mmio-v3.c, vgic_mmio_write_irouter.
        Locking: called with nothing held; takes irq_lock.
        """
        irqs_were_off = irq.irq_lock.lock_irqsave()
        irq.target_vcpu = target
        self.scheduler.note("route", irq, "to", target)
        irq.irq_lock.unlock_irqrestore(irqs_were_off)

    def vgic_v3_dispatch_sgi(self, target: Vcpu, intid: int) -> None:
        """Send a software-generated interrupt to a vCPU (ICC_SGI1R_EL1).

        Models: vgic-mmio-v3.c, vgic_v3_dispatch_sgi, for one target; called for each of several.
        Locking: called with nothing held; takes irq_lock, which queueing drops.
        """
        irq = self.kvm.get_vcpu_irq(target, intid)
        if irq is None:
            return
        irqs_were_off = irq.irq_lock.lock_irqsave()
        irq.pending_latch = True
        self.scheduler.note("send", irq)
        self.vgic_queue_irq_unlock(irq, irqs_were_off)
