# SPDX-License-Identifier: GPL-2.0-only
"""The commands of an ITS that change where LPIs go.

They are carried out one at a time, and with the lock of the ITS. None of them queues an LPI or
kicks anybody: what is on a list follows at an exit of whose list that is.
"""

from harness.engine import unnamed
from vgic.data import Collection, Lpi, Vcpu
from vgic.kernel.inject import EINVAL
from vgic.kernel.table import Kernel


class ItsRouting(Kernel):
    """vgic-its.c: where an LPI goes, by its collection or without."""

    def vgic_its_cmd_handle_mapc(self, number: int, target: Vcpu | None) -> int:
        """Have the LPIs of a collection go to a vCPU, or the collection be no more (MAPC).

        Models: vgic-its.c, vgic_its_cmd_handle_mapc, as a guest's only command.
        Locking: called with nothing held; takes the cmd_lock, the its_lock, then each irq_lock, and
            what a put takes.

        Args:
            number: the collection.
            target: the vCPU, None to unmap it.
        """
        lpis = self._lpis
        with lpis.cmd_lock, lpis.its_lock:
            if target is None:
                self.vgic_its_free_collection(number)
                self.vgic_its_invalidate_cache()
            elif number not in lpis.collections:
                lpis.collections[number] = Collection(number, target)
            else:
                lpis.collections[number].target = target
                self.update_affinity_collection(lpis.collections[number])
            self.scheduler.note("map collection", number, "to", target or "none")
        return 0

    def vgic_its_free_collection(self, number: int) -> None:
        """Have a collection be no more; its events go nowhere, and their LPIs where they went.

        Models: vgic-its.c, vgic_its_free_collection.
        Locking: called with the its_lock held.
        """
        gone = self._lpis.collections.pop(number, None)
        if gone is not None:
            for ite in self._lpis.events.values():
                if ite.collection is gone:
                    ite.collection = None

    def update_affinity_collection(self, collection: Collection) -> None:
        """Route the LPIs of a collection to its vCPU.

        Models: vgic-its.c, update_affinity_collection.
        Locking: called with the its_lock held; takes each irq_lock in turn.
        """
        for _, ite in sorted(self._lpis.events.items()):
            if ite.collection is collection:
                self.update_affinity(ite.irq, collection.target)

    def update_affinity(self, irq: Lpi, target: Vcpu | None) -> None:
        """Route an LPI to a vCPU; neither queued nor kicked.

        Models: vgic-its.c, update_affinity.
        Locking: called with the its_lock held; takes irq_lock.
        """
        irqs_were_off = irq.irq_lock.lock_irqsave()
        irq.target_vcpu = target
        self.scheduler.note("move", irq.name, "to", target or "none")
        irq.irq_lock.unlock_irqrestore(irqs_were_off)

    def vgic_its_cmd_handle_movi(self, event: int, target: Vcpu) -> int:
        """Have an event go by another collection, and its LPI where that goes (MOVI).

        Models: vgic-its.c, vgic_its_cmd_handle_movi, as a guest's only command.
        Locking: called with nothing held; takes the cmd_lock, the its_lock, then irq_lock, and what
            a put takes.
        Differs: a collection has the number of a vCPU.

        Args:
            event: the event.
            target: the vCPU whose number the collection has.

        Returns:
            0, or -EINVAL for an event that is not mapped, or a collection that goes nowhere.
        """
        lpis = self._lpis
        with lpis.cmd_lock, lpis.its_lock:
            ite, collection = lpis.events.get(event), lpis.collections.get(target.vcpu_id)
            if ite is None or ite.target is None:
                return -EINVAL
            if collection is None or collection.target is None:
                return -EINVAL
            ite.collection = collection
            self.vgic_its_invalidate_cache()
            self.update_affinity(ite.irq, collection.target)
        return 0

    def vgic_its_cmd_handle_movall(self, source: Vcpu, target: Vcpu) -> int:
        """Route all LPIs of a vCPU to another, whatever their collections say (MOVALL).

        Models: vgic-its.c, vgic_its_cmd_handle_movall, as a guest's only command.
        Locking: called with nothing held; takes the cmd_lock, the its_lock, then what halting the
            VM takes, each irq_lock, and what a put takes.
        """
        lpis = self._lpis
        if source is target:
            return 0
        with lpis.cmd_lock, lpis.its_lock:
            halts = self.halts_for_movall()
            if halts:
                self.halt()
            for intid in sorted(lpis.entries):
                irq = self.vgic_get_irq(intid)
                if irq is None:
                    continue
                if self.is_moved_from(irq, source):
                    self.update_affinity(irq, target)
                self.vgic_put_irq(irq)
            self.vgic_its_invalidate_cache()
            if halts:
                self.resume()
        return 0

    @unnamed
    def is_moved_from(self, irq: Lpi, source: Vcpu) -> bool:
        """Say whether an LPI is one of those that are moved from a vCPU.

        Models: vgic-its.c, vgic_its_cmd_handle_movall, since 751f4641560b.
        Locking: called with the its_lock held, which keeps where it goes.

        Decision: whether it has to be there.
        """
        return irq.target_vcpu is source

    def halts_for_movall(self) -> bool:
        """Say whether the VM is halted while LPIs are moved all at once.

        Models: vgic-its.c, since 3a8111254482.
        Locking: called with the its_lock held.

        Decision: whether vCPUs may enter and leave meanwhile, and prune what is moved.
        """
        return True
