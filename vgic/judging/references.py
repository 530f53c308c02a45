# SPDX-License-Identifier: GPL-2.0-only
"""The references to an LPI are those of who has a pointer to it: I6.

Some of them are seen from outside: an event that is mapped to it, one that is remembered to be
translated to it, and the list that it is on. Who
has looked it up has one more, for a while, and so may a cursor. So there are never fewer than those
that are seen; and when everybody idles nobody is at work on it. What is left over at the end is
memory that is never freed.
"""

from vgic.data import Kvm, VgicIrq, references
from vgic.judging.bookkeeping import Bookkeeping
from vgic.judging.judge import Judge, fail


class Holders(Judge):
    """Counts, whenever an LPI's lock is released, and when everybody idles."""

    def __init__(self, kvm: Kvm, books: Bookkeeping) -> None:
        """Begin to listen.

        Args:
            kvm: the VM.
            books: are told which LPI a message has found.
        """
        super().__init__(kvm)
        self._books = books

    def irq_unlocked(self, irq: VgicIrq) -> None:
        """Look whether anybody has a pointer without a reference."""
        if irq.refcount is not None:
            self._books.found(irq)
            each_holder_has_one(self._kvm, irq)

    def released(self, intid: int) -> None:
        """Look whether anybody has a pointer to what is going to be freed."""
        irq = self._kvm.get_vcpu_irq(None, intid)
        if irq is not None:
            each_holder_has_one(self._kvm, irq)

    def idled(self) -> None:
        """Look whether a reference is left that is nobody's."""
        for irq in self._kvm.irqs:
            if irq.refcount is not None:
                none_is_left(self._kvm, irq)

    def drained(self) -> None:
        """Look once more, when each vCPU has pruned its list."""
        self.idled()


def holders(kvm: Kvm, irq: VgicIrq) -> list[str]:
    """Return who has a pointer to an LPI, as far as that is seen from outside."""
    lpis = kvm.dist.lpis
    if lpis is None:
        return []
    found = [f"event {event}" for event, ite in lpis.events.items() if ite.irq is irq]
    cached = lpis.translations.entries
    found += [f"the translation of {event}" for event, each in cached.items() if each is irq]
    if irq.vcpu is not None:
        found.append(f"the list of {irq.vcpu}")
    return found


def each_holder_has_one(kvm: Kvm, irq: VgicIrq) -> None:
    """I6: whoever has a pointer to an LPI has a reference to it.

    Args:
        kvm: the VM.
        irq: an LPI.

    Locks: the irq_lock, under which it is put on lists; or the table's, when it is released.
    """
    count, found = references(irq).value, holders(kvm, irq)
    if count < len(found):
        fail(
            kvm,
            "I6 reference missing",
            f"{irq} has {count} references, and these have pointers to it: {', '.join(found)}",
        )


def none_is_left(kvm: Kvm, irq: VgicIrq) -> None:
    """I6: when everybody idles there are as many references as there are pointers.

    The cursor of a CPU that is in its guest may have one, or none.

    Args:
        kvm: the VM.
        irq: an LPI.

    Locks: none needed: nobody is running.
    """
    count, found = references(irq).value, holders(kvm, irq)
    cursors = sum(cpu.last_lr_irq is irq for cpu in kvm.cpus)
    if not len(found) <= count <= len(found) + cursors:
        fail(
            kvm,
            "I6 reference left",
            f"{irq} has {count} references while everybody idles, and pointers to it: "
            f"{', '.join(found) or 'none'}",
        )
