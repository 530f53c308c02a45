# SPDX-License-Identifier: GPL-2.0-only
"""The cache of translations: most messages find their LPI without waiting for the ITS.

Each entry has a reference of its own, so what is found there is no freed memory, and whoever finds
it takes another. Entries are made with the its_lock held. They are taken out when what they say may
not be so any more: by commands, with that lock, and by who disables LPIs, without. So two may be at
it at once, and what one of them has seen the other may have taken out.
"""

from vgic.data import Lpi, references
from vgic.kernel.table import Kernel

EWOULDBLOCK = 11


class Translations(Kernel):
    """vgic-its.c: the cache of translations."""

    def vgic_its_check_cache(self, event: int) -> Lpi | None:
        """Look up what an event was translated to, and take a reference.

        Models: vgic-its.c, vgic_its_check_cache.
        Locking: called with nothing held, from any context; in a read section of RCU.

        Returns:
            The LPI; None if the event was not translated lately, or its LPI is no more.
        """
        table = self._lpis
        with table.rcu:
            irq = table.translations.load(event)
            return irq if irq is not None and references(irq).inc_not_zero() else None

    def vgic_its_cache_translation(self, event: int, irq: Lpi) -> None:
        """Remember what an event is translated to, with a reference.

        Models: vgic-its.c, vgic_its_cache_translation.
        Locking: called with the its_lock held, which keeps what is mapped.
        """
        table = self._lpis
        table.its_lock.assert_held()
        self.vgic_get_irq_ref(irq)
        old = table.translations.store(event, irq)
        if old is not None:
            self.vgic_put_irq(old)

    def vgic_its_inject_cached_translation(self, event: int) -> int:
        """Make the LPI pending that an event was translated to lately, and queue it.

        Models: vgic-its.c, vgic_its_inject_cached_translation.
        Locking: called with nothing held, from any context; takes irq_lock, which queueing drops.

        Returns:
            0; -EWOULDBLOCK if the ITS has to be asked.
        """
        irq = self.vgic_its_check_cache(event)
        if irq is None:
            return -EWOULDBLOCK
        irqs_were_off = irq.irq_lock.lock_irqsave()
        irq.pending_latch = True
        self.scheduler.note("send the message of", irq.name, "by the cache")
        self.vgic_queue_irq_unlock(irq, irqs_were_off)
        self.vgic_put_irq(irq)
        return 0

    def vgic_its_invalidate_cache(self) -> None:
        """Forget all translations, and drop their references.

        Models: vgic-its.c, vgic_its_invalidate_cache.
        Locking: called with the its_lock, or with nothing held; takes what a put takes.
        """
        cache = self._lpis.translations
        found = cache.find_from(0)
        while found is not None:
            event, irq = found
            erased = cache.erase(event)
            if self.puts_found_translation():
                erased = irq
            if erased is not None:
                self.vgic_put_irq(erased)
            found = cache.find_from(event + 1)

    def puts_found_translation(self) -> bool:
        """Say whether who forgets a translation drops the reference of what he has seen there.

        Somebody else may have taken it out since, and dropped that reference himself.

        Models: vgic-its.c, vgic_its_invalidate_cache, until 13031fb6b835.
        Locking: called with the its_lock, or with nothing held.

        Decision: whether it is the reference of what was seen, or of what was taken out.
        """
        return False
