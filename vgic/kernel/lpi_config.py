# SPDX-License-Identifier: GPL-2.0-only
"""LPIs come to be, and are configured: by a byte each in the guests' memory.

Nobody tells when a guest writes that byte. It is read when the LPI is made, and when a command says
so (INV, INVALL).
"""

from vgic.data import Lpi, Vcpu, references
from vgic.hardware import PRIORITY_MASK
from vgic.kernel.inject import EINVAL
from vgic.kernel.table import Kernel


class LpiConfig(Kernel):
    """vgic-its.c: making LPIs, and reading their configuration."""

    def vgic_add_lpi(self, intid: int, target: Vcpu | None) -> Lpi:
        """Return the LPI of an INTID with a reference, made if there is none.

        One that is there stays as it is. One that nobody has a reference to and that waits to be
        released is replaced; whoever is to release it finds the new one in the table, alive.

        Models: vgic-its.c, vgic_add_lpi.
        Locking: called with the its_lock held; takes the table's xa_lock, then what reading the
            configuration takes.
        Differs: the pending table is all zero.

        Args:
            intid: its INTID.
            target: the vCPU that it is to go to, None if to none.
        """
        table = self._lpis
        if (there := self.vgic_get_irq(intid)) is not None:
            return there
        made = table.make(intid, 0, target)
        made.enabled = False
        irqs_were_off = table.xa_lock.lock_irqsave()
        old = table.entries.get(intid)
        if old is not None and references(old).inc_not_zero():
            table.xa_lock.unlock_irqrestore(irqs_were_off)
            return old
        if old is not None:
            self.trace.released(intid)
            self.kvm.irqs.remove(old)
            table.rcu.kfree(old)
        table.store(made)
        self.kvm.join(made)
        table.xa_lock.unlock_irqrestore(irqs_were_off)
        self.update_lpi_config(made, None)
        return made

    def update_lpi_config(self, irq: Lpi, only_on: Vcpu | None) -> None:
        """Read the configuration of an LPI, and queue it if it is pending.

        The byte is read with nothing held: what is written of it is what it was then.

        Models: vgic-its.c, update_lpi_config.
        Locking: called with the its_lock held; takes irq_lock, which queueing drops.

        Args:
            irq: the LPI.
            only_on: leave it if it does not go to this vCPU; None for any.
        """
        byte = self._lpis.property_of(irq.intid).read()
        irqs_were_off = irq.irq_lock.lock_irqsave()
        if only_on is not None and irq.target_vcpu is not only_on:
            irq.irq_lock.unlock_irqrestore(irqs_were_off)
            return
        irq.priority, irq.enabled = byte & PRIORITY_MASK, bool(byte & 1)
        self.scheduler.note("configure", irq.name, f"{byte:#04x}")
        self.vgic_queue_irq_unlock(irq, irqs_were_off)

    def vgic_its_cmd_handle_inv(self, event: int) -> int:
        """Read the configuration of an event's LPI again (INV).

        Models: vgic-its.c, vgic_its_cmd_handle_inv, vgic_its_inv_lpi, as a guest's only command.
        Locking: called with nothing held; takes the cmd_lock, the its_lock, and what
            update_lpi_config takes.

        Returns:
            0, or -EINVAL for an event that is not mapped.
        """
        with self._lpis.cmd_lock, self._lpis.its_lock:
            ite = self._lpis.events.get(event)
            if ite is None:
                return -EINVAL
            self.update_lpi_config(ite.irq, None)
        return 0

    def vgic_its_cmd_handle_invall(self, number: int) -> int:
        """Read the configuration of all LPIs again that go to a collection's vCPU (INVALL).

        Models: vgic-its.c, vgic_its_cmd_handle_invall, vgic_its_invall, as a guest's only command.
        Locking: called with nothing held; takes the cmd_lock, the its_lock, and what
            update_lpi_config and a put take.

        Returns:
            0, or -EINVAL for a collection that goes nowhere.
        """
        lpis = self._lpis
        with lpis.cmd_lock, lpis.its_lock:
            collection = lpis.collections.get(number)
            if collection is None or collection.target is None:
                return -EINVAL
            for intid in sorted(lpis.entries):
                irq = self.vgic_get_irq(intid)
                if irq is not None:
                    self.update_lpi_config(irq, collection.target)
                    self.vgic_put_irq(irq)
        return 0
