# SPDX-License-Identifier: GPL-2.0-only
"""announce_rereads_target: queueing forgets whom it wanted to tell, and looks again, unlocked."""

from vgic.bugs.bug import Bug
from vgic.data import Vcpu, VgicIrq
from vgic.kernel import Mechanism


class AnnounceRereadsTarget(Mechanism):
    """Queueing tells the vCPU that the interrupt is routed to by then, and not the one it chose.

    It reads the route a second time, after it has dropped the locks. Whoever routes the interrupt
    elsewhere between the unlock and that read has the wrong vCPU told: the one that has the
    interrupt on its list stays in its guest. Without a scheduling point at the read nobody can.
    """

    def vgic_queue_irq_unlock(self, irq: VgicIrq, irqs_were_off: bool) -> bool:
        """Queue it as it should be, and tell somebody."""
        while True:
            vcpu = self.vgic_target_oracle(irq)
            queued = irq.vcpu is not None
            irq.irq_lock.unlock_irqrestore(irqs_were_off)
            if queued or vcpu is None:
                if vcpu is not None:
                    self._announce(irq)
                return False
            if self.add_to_ap_list(vcpu, irq):
                self.trace.queued(vcpu.vcpu_id, irq.intid)
                self._announce(irq)
                return True
            self.trace.queue_restarted(vcpu.vcpu_id, irq.intid)
            irqs_were_off = irq.irq_lock.lock_irqsave()

    def _announce(self, irq: VgicIrq) -> None:
        target = self._target(irq)
        if target is not None:
            self.announce_pending(target)

    def _target(self, irq: VgicIrq) -> Vcpu | None:
        return irq.target_vcpu


RECORD = Bug(
    name="announce_rereads_target",
    cls=AnnounceRereadsTarget,
    found_as=("I16 arrival unannounced",),
    guest_sees=False,
    needs_points=True,
)
