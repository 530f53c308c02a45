# SPDX-License-Identifier: GPL-2.0-only
"""msi_without_reference: a message is for an LPI that may be freed meanwhile."""

from vgic.bugs.bug import Bug
from vgic.kernel import Mechanism


class MsiWithoutReference(Mechanism):
    """A message goes by what it has found in the cache of translations, and takes no reference.

    A guest that discards the event meanwhile has the LPI freed.
    """

    def vgic_its_inject_cached_translation(self, event: int) -> int:
        """Look what the event was translated to, let go of what keeps that, and use it."""
        table = self._lpis
        with table.rcu:
            irq = table.translations.load(event)
        if irq is None:
            return 1
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
