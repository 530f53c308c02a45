# SPDX-License-Identifier: GPL-2.0-only
"""An interrupt joins a vCPU's AP-list, against everything that may change meanwhile."""

from harness.engine import unnamed
from vgic.data import Vcpu, VgicIrq
from vgic.kernel.added import ADDED_FOR_ALL, Added
from vgic.kernel.table import Kernel


class Queue(Kernel):
    """vgic.c: vgic_queue_irq_unlock."""

    def vgic_queue_irq_unlock(self, irq: VgicIrq, irqs_were_off: bool) -> bool:
        """Put an interrupt on the list it belongs on, and tell that vCPU.

        Models: vgic.c, vgic_queue_irq_unlock.
        Locking: called with irq.irq_lock held (irqsave); returns with it dropped. Lock order makes
            it drop irq_lock to take ap_list_lock, so it has to look again afterwards. Who queues an
            LPI has a reference; the list gets one of its own.

        Args:
            irq: the interrupt.
            irqs_were_off: what lock_irqsave returned.

        Returns:
            Whether the interrupt was put on a list here.
        """
        irq.irq_lock.assert_held()
        while True:
            vcpu = self.vgic_target_oracle(irq)
            if irq.vcpu is not None or vcpu is None:
                # Queued already, or nothing to deliver. A vCPU that runs has to be told all the
                # same: an edge that comes again raises no maintenance interrupt.
                irq.irq_lock.unlock_irqrestore(irqs_were_off)
                if vcpu is not None:
                    self.announce_pending(vcpu)
                return False
            irq.irq_lock.unlock_irqrestore(irqs_were_off)

            # Nothing is held here: anybody may queue, reroute, disable or take the interrupt.

            if added := self.add_to_ap_list(vcpu, irq):
                self.trace.queued(vcpu.vcpu_id, irq.intid)
                if added is ADDED_FOR_ALL:
                    self.announce_to_all()
                else:
                    self.announce_pending(vcpu)
                return True
            self.trace.queue_restarted(vcpu.vcpu_id, irq.intid)
            irqs_were_off = irq.irq_lock.lock_irqsave()

    @unnamed
    def add_to_ap_list(self, vcpu: Vcpu, irq: VgicIrq) -> Added:
        """Put an interrupt on a vCPU's list if it still belongs there; return whether it does.

        An arrival joins the AP-list even while the vCPU runs, never the overflow list: it was not
        there when the guest went in, so no EOIcount can mean it.

        Locking: called with nothing held; takes ap_list_lock (irqsave), then irq_lock.

        Decision: how the window is closed in which nothing was held.
        """
        ap_list_lock = vcpu.vgic_cpu.ap_list_lock
        irqs_were_off = ap_list_lock.lock_irqsave()
        irq.irq_lock.lock()
        adds: Added = self.still_to_queue(irq, vcpu)
        if adds:
            if irq.refcount is not None:
                self.vgic_get_irq_ref(irq)
            vcpu.vgic_cpu.ap_list_head.add_tail(irq.ap_list)
            irq.vcpu = vcpu
            self.scheduler.note("queue", irq.name, "on", vcpu)
            if self.is_first_in_flight(irq):
                adds = ADDED_FOR_ALL
        irq.irq_lock.unlock()
        ap_list_lock.unlock_irqrestore(irqs_were_off)
        return adds

    def still_to_queue(self, irq: VgicIrq, vcpu: Vcpu) -> bool:
        """Look again, with both locks held, whether the interrupt still belongs on this list.

        It may have lost its pending state, been queued by somebody else, or been rerouted.
        Locking: called with vcpu's ap_list_lock and irq.irq_lock held.

        Decision: what is looked at again.
        """
        vcpu.vgic_cpu.ap_list_lock.assert_held()
        irq.irq_lock.assert_held()
        return irq.vcpu is None and self.vgic_target_oracle(irq) is vcpu

    def is_first_in_flight(self, irq: VgicIrq) -> bool:
        """Say whether every vCPU has to come in anew for what has just been put on a list.

        Locking: called with the list's ap_list_lock and irq.irq_lock held.

        Decision: whether shared interrupts in flight are counted; not where DIR is always trapped.
        """
        return False
