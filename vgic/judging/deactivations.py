# SPDX-License-Identifier: GPL-2.0-only
"""The windows of a deactivation by DIR: where the interrupt is when its guest writes."""

from vgic.data import Kvm
from vgic.judging.bookkeeping import Bookkeeping
from vgic.judging.judge import Judge


class Deactivations(Judge):
    """Notes those windows as they are crossed; it judges nothing."""

    def __init__(self, kvm: Kvm, books: Bookkeeping, crossed: set[str]) -> None:
        """Begin to listen.

        Args:
            kvm: the VM.
            books: tell which vCPU has acknowledged what is deactivated; they hear of it first.
            crossed: the windows crossed so far, by name.
        """
        super().__init__(kvm)
        self._books = books
        self._crossed_ones = crossed

    def deactivating(self, vcpu: int, intid: int) -> None:
        """Note where it is."""
        irq, owner = self._books.irq, self._books.owner
        if irq is None or owner is None:
            return
        loaded = irq.on_lr
        if owner != vcpu:
            self._crossed_ones.add("dir_from_beside")
            if loaded:
                self._crossed_ones.add("dir_of_loaded")
        elif loaded:
            self._crossed_ones.add("dir_in_register")
        if irq.vcpu is not None and not loaded:
            self._crossed_ones.add("dir_outside")
