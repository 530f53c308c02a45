# SPDX-License-Identifier: GPL-2.0-only
"""The ITS: a device writes a message, and the LPI that its event is mapped to becomes pending.

What an event was translated to lately is remembered (translations.py). Guests map events by
commands (its_mapping.py, its_routing.py), which are carried out one at a time, in the thread of the
vCPU that writes them. A command takes effect on the mapping at once; what an LPI has copied of it
in a list register, or is on a list by it, follows at the exit of whose list that is.
"""

from harness.engine import unnamed
from vgic.data import Lpi, LpisOf
from vgic.kernel.inject import EINVAL
from vgic.kernel.table import Kernel

EBUSY = 16


class Its(Kernel):
    """vgic-its.c: messages, and commands that pend and clear as they do."""

    def vgic_its_inject_msi(self, event: int) -> int:
        """Take in the message of a device's event.

        Models: vgic-its.c, vgic_its_inject_msi.
        Locking: called with nothing held; takes what queueing takes, and the its_lock if the event
            was not translated lately. May sleep.

        Returns:
            0; -EINVAL for an event that is not mapped; -EBUSY where its vCPU takes no LPIs.
        """
        if not self.vgic_its_inject_cached_translation(event):
            return 0
        with self._lpis.its_lock:
            return self.vgic_its_trigger_msi(event)

    def vgic_its_trigger_msi(self, event: int) -> int:
        """Make the LPI pending that an event is mapped to, and queue it.

        Models: vgic-its.c, vgic_its_trigger_msi.
        Locking: called with the its_lock held, which keeps what is mapped; takes irq_lock, which
            queueing drops.

        Returns:
            0; -EINVAL for an event that is not mapped; -EBUSY where its vCPU takes no LPIs.
        """
        irq = self.vgic_its_resolve_lpi(event)
        if isinstance(irq, int):
            return irq
        irqs_were_off = irq.irq_lock.lock_irqsave()
        irq.pending_latch = True
        self.scheduler.note("send the message of", irq.name)
        self.vgic_queue_irq_unlock(irq, irqs_were_off)
        return 0

    def vgic_its_resolve_lpi(self, event: int) -> Lpi | int:
        """Find the LPI that an event is mapped to, and remember that.

        Who disables the LPIs of its vCPU meanwhile may have made the cache void before: what is
        remembered here stays (quirk Q14).

        Models: vgic-its.c, vgic_its_resolve_lpi.
        Locking: called with the its_lock held, which keeps what is mapped.

        Returns:
            The LPI; -EINVAL for an event that is not mapped, or goes nowhere; -EBUSY where its vCPU
            takes no LPIs.
        """
        lpis = self._lpis
        lpis.its_lock.assert_held()
        ite = lpis.events.get(event)
        if ite is None:
            return -EINVAL
        target = ite.target
        if target is None:
            return -EINVAL
        if lpis.ctlr[target.vcpu_id].read() is not LpisOf.ENABLED:
            return -EBUSY
        self.vgic_its_cache_translation(event, ite.irq)
        return ite.irq

    def vgic_its_cmd_handle_int(self, event: int) -> int:
        """Make the LPI of an event pending, as its message does (INT).

        Models: vgic-its.c, vgic_its_cmd_handle_int, as a guest's only command.
        Locking: called with nothing held; takes the cmd_lock, the its_lock, and what queueing
            takes.

        Returns:
            What vgic_its_trigger_msi returns.
        """
        with self._lpis.cmd_lock, self._lpis.its_lock:
            return self.vgic_its_trigger_msi(event)

    def vgic_its_cmd_handle_clear(self, event: int) -> int:
        """Take the pending state of an event's LPI away (CLEAR); nobody is kicked.

        Models: vgic-its.c, vgic_its_cmd_handle_clear, as a guest's only command.
        Locking: called with nothing held; takes the cmd_lock, the its_lock, then irq_lock.

        Returns:
            0, or -EINVAL for an event that is not mapped.
        """
        with self._lpis.cmd_lock, self._lpis.its_lock:
            ite = self._lpis.events.get(event)
            if ite is None:
                return -EINVAL
            self.clear_pending(ite.irq)
        return 0

    @unnamed
    def clear_pending(self, irq: Lpi) -> None:
        """Take the pending state of an LPI away.

        Locking: called with the its_lock held; takes irq_lock.

        Decision: whether that is under the lock which guards all of an interrupt.
        """
        irqs_were_off = irq.irq_lock.lock_irqsave()
        irq.pending_latch = False
        self.scheduler.note("clear", irq.name)
        irq.irq_lock.unlock_irqrestore(irqs_were_off)

    def vgic_its_destroy(self) -> None:
        """Drop the references of all events and translations: the VM is being torn down.

        Models: vgic-its.c, vgic_its_destroy.
        Locking: called with nothing held.
        """
        events = self._lpis.events
        while events:
            self.vgic_put_irq(events.popitem()[1].irq)
        self.vgic_its_invalidate_cache()
