# SPDX-License-Identifier: GPL-2.0-only
"""References to LPIs: who has a pointer to one has one of them, and the last to drop his frees it.

To free one takes it out of the table, under the table's lock. That is taken before all other locks
of the vGIC. So whoever drops a reference with one of those held only drops it, and what has died by
that is released when they are let go of.
"""

from harness.engine import unnamed
from harness.primitives import might_lock
from vgic.data import Lpi, VgicIrq, references
from vgic.kernel.table import Kernel


class References(Kernel):
    """vgic.c: the life of LPIs."""

    def vgic_get_irq(self, intid: int) -> Lpi | None:
        """Look an LPI up, and take a reference; None if there is none, or is no more.

        Models: vgic.c, vgic_get_irq, for an LPI.
        Locking: called with nothing held, or with any lock, from any context; in a read section of
            RCU, in which an LPI that it has found is not freed.
        """
        table = self._lpis
        with table.rcu:
            irq = table.load(intid)
            return irq if irq is not None and references(irq).inc_not_zero() else None

    def vgic_get_irq_ref(self, irq: VgicIrq) -> None:
        """Take another reference to an LPI, having one.

        Models: vgic.c, vgic_get_irq_ref, whose warning is that of a count of zero.
        Locking: none; called from any context.
        """
        references(irq).inc()

    def vgic_put_irq(self, irq: VgicIrq) -> None:
        """Drop a reference to an LPI; the last to do so takes it out of the table and frees it.

        To drop the last one and to take it out are one: else another may have entered a new LPI of
        this INTID in between, and that would be taken out.

        Models: vgic.c, vgic_put_irq, which asks lockdep each time whether it may take the lock.
        Locking: called with no lock of the vGIC held but those before the table's, from any
            context; may take that.
        """
        table = self._lpis
        might_lock(self.kvm.order, table.xa_lock, table.xa_lock.lock_class)
        if references(irq).dec_not_one():
            return
        irqs_were_off = table.xa_lock.lock_irqsave()
        if references(irq).dec_and_test():
            self.vgic_release_lpi_locked(irq)
        table.xa_lock.unlock_irqrestore(irqs_were_off)

    def vgic_put_irq_norelease(self, irq: VgicIrq) -> bool:
        """Drop a reference to an LPI, with locks held; return whether it is to be released.

        Models: vgic.c, vgic_put_irq_norelease.
        Locking: none; called with any locks held. If it says so vgic_release_deleted_lpis is to be
            called when none of the vGIC's is.
        """
        return references(irq).dec_and_test()

    def vgic_release_lpi_locked(self, irq: VgicIrq) -> None:
        """Take an LPI out of the table that nobody has a reference to, and free it.

        Who has found it and not looked at its count by then is waited for.

        Models: vgic.c, vgic_release_lpi_locked.
        Locking: called with the table's xa_lock held.
        """
        table = self._lpis
        table.xa_lock.assert_held()
        self.trace.released(irq.intid)
        table.erase(irq.intid)
        self.scheduler.note("release", irq.name)
        self.kvm.irqs.remove(irq)
        assert isinstance(irq, Lpi)
        table.rcu.kfree(irq)

    def vgic_release_deleted_lpis(self) -> None:
        """Release the LPIs of the table that nobody has a reference to.

        Models: vgic.c, vgic_release_deleted_lpis.
        Locking: called with no lock of the vGIC held but those before the table's; takes that.
        """
        table = self._lpis
        irqs_were_off = table.xa_lock.lock_irqsave()
        for irq in list(table.entries.values()):
            if not references(irq).read():
                self.vgic_release_lpi_locked(irq)
        table.xa_lock.unlock_irqrestore(irqs_were_off)

    @unnamed
    def put_listed(self, irq: VgicIrq) -> bool:
        """Drop the reference of a list that an LPI has been taken off; return whether it died.

        Locking: called with the list's ap_list_lock held.

        Decision: whether an LPI may be released with that lock held.
        """
        return self.vgic_put_irq_norelease(irq)

    def holds_while_moving(self) -> bool:
        """Say whether prune has a reference of its own while it has let go of all locks.

        Whoever takes an LPI off the list meanwhile drops that of the list, and may free it.

        Locking: called with ap_list_lock held.

        Decision: whether it has.
        """
        return True
