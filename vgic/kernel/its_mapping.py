# SPDX-License-Identifier: GPL-2.0-only
"""The commands of an ITS that map events and devices, and have them mapped no more.

They are carried out one at a time, and with the lock of the ITS. An event that is mapped has a
reference to its LPI; what of that is on a list or in a list register outlives the event.
"""

from vgic.data import Collection, Ite, Lpi, Vcpu, device_of
from vgic.kernel.inject import EINVAL
from vgic.kernel.table import Kernel


class ItsMapping(Kernel):
    """vgic-its.c: which LPI an event is mapped to."""

    def vgic_its_cmd_handle_mapi(self, event: int, intid: int, number: int) -> int:
        """Map an event to an LPI, and that to a collection (MAPI, MAPTI).

        An event that is mapped already stays as it is. A collection that is not there is made, and
        goes nowhere.

        Models: vgic-its.c, vgic_its_cmd_handle_mapi, as a guest's only command.
        Locking: called with nothing held; takes the cmd_lock, the its_lock, and what a new LPI
            takes.

        Args:
            event: the event.
            intid: the LPI.
            number: the collection.

        Returns:
            0, or -EINVAL: its device is not mapped, or the LPI is mapped by another event.
        """
        lpis = self._lpis
        with lpis.cmd_lock, lpis.its_lock:
            if device_of(event) in lpis.unmapped_devices:
                return -EINVAL
            if event in lpis.events:
                return 0
            collection = lpis.collections.get(number)
            is_new = collection is None
            if collection is None:
                collection = lpis.collections[number] = Collection(number, None)
            irq = self.vgic_add_lpi(intid, collection.target)
            if self.vgic_its_map_lpi(irq, collection.target):
                self.vgic_put_irq(irq)
                if is_new:
                    del lpis.collections[number]
                return -EINVAL
            lpis.events[event] = Ite(irq, collection)
            self.scheduler.note("map event", event, "to", irq.name)
        return 0

    def vgic_its_map_lpi(self, irq: Lpi, target: Vcpu | None) -> int:
        """Have an LPI mapped by an event, and by no other; it goes where that goes.

        Models: vgic-its.c, vgic_its_map_lpi, since 7.3.4.
        Locking: called with the its_lock held; takes irq_lock.

        Returns:
            0, or -EINVAL if an event is mapped to it.
        """
        irqs_were_off = irq.irq_lock.lock_irqsave()
        is_taken = irq.mapped
        if not is_taken:
            irq.mapped = True
            irq.target_vcpu = target
        irq.irq_lock.unlock_irqrestore(irqs_were_off)
        return -EINVAL if is_taken else 0

    def its_free_ite(self, event: int) -> None:
        """Have an event mapped to nothing, and drop its reference.

        Models: vgic-its.c, its_free_ite.
        Locking: called with the its_lock held; takes irq_lock, then what a put takes.
        """
        irq = self._lpis.events.pop(event).irq
        irqs_were_off = irq.irq_lock.lock_irqsave()
        irq.mapped = False
        irq.irq_lock.unlock_irqrestore(irqs_were_off)
        self.vgic_put_irq(irq)

    def vgic_its_cmd_handle_discard(self, event: int) -> int:
        """Have an event mapped to nothing, and drop its reference (DISCARD).

        What is pending stays so, and what is listed is delivered.

        Models: vgic-its.c, vgic_its_cmd_handle_discard, as a guest's only command.
        Locking: called with nothing held; takes the cmd_lock, the its_lock, and what its_free_ite
            takes.

        Returns:
            0, or -EINVAL for an event that is not mapped, or goes nowhere.
        """
        with self._lpis.cmd_lock, self._lpis.its_lock:
            ite = self._lpis.events.get(event)
            if ite is None or ite.target is None:
                return -EINVAL
            self.vgic_its_invalidate_cache()
            self.scheduler.note("discard event", event)
            self.its_free_ite(event)
        return 0

    def vgic_its_cmd_handle_mapd(self, device: int, valid: bool) -> int:
        """Map a device, or have it mapped no more (MAPD); either way its events are forgotten.

        Models: vgic-its.c, vgic_its_cmd_handle_mapd, as a guest's only command.
        Locking: called with nothing held; takes the cmd_lock, the its_lock, and what its_free_ite
            takes.
        """
        lpis = self._lpis
        with lpis.cmd_lock, lpis.its_lock:
            if device not in lpis.unmapped_devices:
                self.vgic_its_free_device(device)
            if valid:
                lpis.unmapped_devices.discard(device)
            else:
                lpis.unmapped_devices.add(device)
            self.scheduler.note("map device" if valid else "unmap device", device)
        return 0

    def vgic_its_free_device(self, device: int) -> None:
        """Have all events of a device mapped to nothing; only then are translations forgotten.

        A message in between still finds its LPI by what is remembered.

        Models: vgic-its.c, vgic_its_free_device.
        Locking: called with the its_lock held; takes what its_free_ite takes.
        """
        for event in sorted(self._lpis.events):
            if device_of(event) == device:
                self.its_free_ite(event)
        self.vgic_its_invalidate_cache()
