# SPDX-License-Identifier: GPL-2.0-only
"""moved_under_own_lock: prune puts an interrupt on a list whose lock it has not."""

from harness.engine import unnamed
from vgic.bugs.bug import Bug
from vgic.data import Vcpu, VgicIrq
from vgic.kernel import Mechanism


class MovedUnderOwnLock(Mechanism):
    """Of the two lists of a migration only the one that the interrupt leaves is locked.

    Whoever queues on the other at that moment, or walks it, finds its links as they are half made.
    """

    @unnamed
    def migrate_irq(self, vcpu: Vcpu, irq: VgicIrq, target: Vcpu) -> bool:
        """Move it with one list's lock."""
        ap_list_lock = vcpu.vgic_cpu.ap_list_lock
        with ap_list_lock, irq.irq_lock:
            moving = self.still_to_migrate(irq, vcpu, target)
            if moving:
                vcpu.vgic_cpu.ap_list_head.delete(irq.ap_list)
                irq.vcpu = target
                target.vgic_cpu.ap_list_head.add_tail(irq.ap_list)
        if moving:
            self.trace.migrated(vcpu.vcpu_id, target.vcpu_id, irq.intid)
            self.announce_migration(target)
        return moving


RECORD = Bug(
    name="moved_under_own_lock",
    cls=MovedUnderOwnLock,
    found_as=("I1 vcpu without list", "list corruption", "I1 list without vcpu"),
    guest_sees=False,
)
