# SPDX-License-Identifier: GPL-2.0-only
"""msi_without_reference: a message is for an LPI that may be freed meanwhile."""

from vgic.bugs.bug import Bug
from vgic.kernel import EINVAL, Mechanism


class MsiWithoutReference(Mechanism):
    """A message goes by a pointer to an LPI when the lock is let go of under which that was found.

    A guest that discards the event meanwhile has the LPI freed. So it was with what is found in the
    cache of translations.
    """

    def vgic_its_inject_msi(self, event: int) -> int:
        """Look what the event is mapped to, let go of the lock, and use it."""
        with self._lpis.its_lock:
            ite = self._lpis.events.get(event)
        if ite is None:
            return -EINVAL
        irq = ite.irq
        irqs_were_off = irq.irq_lock.lock_irqsave()
        irq.pending_latch = True
        self.vgic_queue_irq_unlock(irq, irqs_were_off)
        return 0


RECORD = Bug(
    name="msi_without_reference",
    cls=MsiWithoutReference,
    found_as=("use after free", "reference from zero", "I6 reference missing"),
    guest_sees=True,
    date="2024-01",
    cve="CVE-2024-26598",
)
