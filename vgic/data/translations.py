# SPDX-License-Identifier: GPL-2.0-only
"""The cache of translations: which LPI an event's message is for, found without the ITS' lock.

Each entry has a reference to its LPI. To look one up, to enter one and to take one out are one step
each; who goes over all of them takes as many steps as there are, and others change it meanwhile.
"""

from collections.abc import Callable

from harness import Rcu, Scheduler
from harness.engine import observes, operations
from vgic.data.vcpu import Lpi

observes(__name__)


class TranslationCache:
    """The translations that an ITS remembers (its->translation_cache), by event.

    Attributes:
        entries: what is in it; for who observes.
        on_hit: is called when a message has found its translation.
        on_gone: is called when somebody who goes over all of them finds one gone that he has just
            seen.
    """

    __slots__ = ("_rcu", "_read", "_scheduler", "_write", "entries", "on_gone", "on_hit")

    def __init__(self, scheduler: Scheduler, rcu: Rcu) -> None:
        self._scheduler = scheduler
        self._rcu = rcu
        self._read, self._write = operations(
            "translation_cache", "translation_cache[its]", "read", "write"
        )
        self.entries: dict[int, Lpi] = {}
        self.on_hit: Callable[[], None] | None = None
        self.on_gone: Callable[[], None] | None = None

    def load(self, event: int) -> Lpi | None:
        """Find a translation, in a read section (xa_load)."""
        self._scheduler.point(self._read)
        self._rcu.assert_read_lock_held()
        found = self.entries.get(event)
        if found is not None and self.on_hit is not None:
            self.on_hit()
        return found

    def store(self, event: int, irq: Lpi) -> Lpi | None:
        """Enter a translation, and return what was there before (xa_store)."""
        self._scheduler.point(self._write)
        old = self.entries.get(event)
        self.entries[event] = irq
        return old

    def find_from(self, event: int) -> tuple[int, Lpi] | None:
        """Find the first translation of this event or a later one (xa_find)."""
        self._scheduler.point(self._read)
        later = [each for each in self.entries if each >= event]
        return (min(later), self.entries[min(later)]) if later else None

    def erase(self, event: int) -> Lpi | None:
        """Take a translation out, and return it; None if it is gone (xa_erase)."""
        self._scheduler.point(self._write)
        erased = self.entries.pop(event, None)
        if erased is None and self.on_gone is not None:
            self.on_gone()
        return erased

    def retire(self) -> None:
        """Let go of all that refers back: nothing of the VM is used any more."""
        self.entries.clear()
        self.on_hit = self.on_gone = None
