# SPDX-License-Identifier: GPL-2.0-only
"""A physical interrupt is held for as long as the virtual one needs it, and no longer: I33, I34.

What is taken and not deactivated does not come again. So a device whose interrupt is held for
nothing is silent for ever, and one whose interrupt is let go of while the guest is handling it
comes once more for what is being dealt with.
"""

from functools import partial

from vgic.data import Exit, Kvm, VgicIrq, irq_is_pending
from vgic.hardware import PhysicalInterrupt
from vgic.judging.active_states import ACTIVE
from vgic.judging.bookkeeping import Bookkeeping
from vgic.judging.judge import SYNC, Judge, fail


class Forwarded(Judge):
    """Compares physical interrupts with the virtual ones that are mapped to them.

    Software that pends a mapped interrupt, or writes its active state, and so asks for what no
    device has, is followed until nothing is left of that (quirk Q13).
    """

    def __init__(self, kvm: Kvm, books: Bookkeeping) -> None:
        """Begin to listen.

        Args:
            kvm: the VM.
            books: tell which interrupt an event is about, and what guests have open.
        """
        super().__init__(kvm)
        self._books = books
        self._mapped = [(irq, irq.physical) for irq in kvm.irqs if irq.physical is not None]
        self._was_up: set[VgicIrq] = set()
        self._written: set[VgicIrq] = set()
        for irq, physical in self._mapped:
            physical.on_rise = partial(self._was_up.add, irq)

    def accessing(self, vcpu: int, access: Exit) -> None:
        """Note what software asks for that no device does."""
        irq, asks = self._books.irq, access.asks
        if irq is None or irq.physical is None:
            return
        if asks.pends or asks.field == ACTIVE or (asks.forgives and not irq.on_lr):
            self._written.add(irq)

    def accessed(self, vcpu: int, access: Exit) -> None:
        """Judge what a write has left."""
        self._nothing_is_silenced()

    def driven(self, vcpu: int, intid: int, level: bool) -> None:
        """Judge what a handler of the host has left."""
        self._nothing_is_silenced()

    def acknowledged(self, vcpu: int, intid: int) -> None:
        """Judge whether a device has asked for it, and is held since."""
        irq = self._books.irq
        if irq is None or irq.physical is None or self._is_excused(irq):
            return
        if irq not in self._was_up:
            device_has_asked(self._kvm, irq)
        is_held(self._kvm, irq, irq.physical, "has just been acknowledged")

    def ended(self, vcpu: int, intid: int) -> None:
        """Begin to look anew whether the line is up."""
        self._look_anew()

    def deactivating(self, vcpu: int, intid: int) -> None:
        """Begin to look anew whether the line is up."""
        self._look_anew()

    def entered(self, vcpu: int) -> None:
        """Judge what the guest is going to see."""
        here = self._kvm.vcpus[vcpu]
        for irq, physical in self._mapped:
            if irq.vcpu is here and irq.on_lr and not self._is_excused(irq):
                is_held(self._kvm, irq, physical, f"is in a list register of {here}")

    def synced(self, vcpu: int) -> None:
        """Judge what the fold has left, and what the guest is handling still."""
        handled = self._books.open.handlers[vcpu]
        for irq, physical in self._mapped:
            if irq in handled and not self._is_excused(irq):
                is_held(self._kvm, irq, physical, "is being handled")
        self._nothing_is_silenced()
        if self._written:
            self._written = {irq for irq in self._written if not self._is_over(irq)}

    def drained(self) -> None:
        """Judge what is left at the end."""
        self._nothing_is_silenced()

    def _look_anew(self) -> None:
        irq = self._books.irq
        if irq is not None and irq.physical is not None and not irq.physical.line:
            self._was_up.discard(irq)

    def _nothing_is_silenced(self) -> None:
        ledger = self._books.ledger
        for irq, physical in self._mapped:
            account = ledger[irq]
            in_hand = account.busy > 0 or irq.irq_lock.owner is not None
            if physical.active and not (in_hand or account.forfeited or needs_it(irq)):
                is_silenced(self._kvm, irq, physical)

    def _is_over(self, irq: VgicIrq) -> bool:
        """Tell whether nothing is left of what software has asked for."""
        idle = irq.physical is not None and not irq.physical.active and not needs_it(irq)
        handled = any(irq in handlers for handlers in self._books.open.handlers)
        in_hand = irq.irq_lock.owner is not None or self._books.ledger[irq].busy > 0
        return idle and not (handled or in_hand)

    def _is_excused(self, irq: VgicIrq) -> bool:
        return irq in self._written or self._books.ledger[irq].forfeited


def needs_it(irq: VgicIrq) -> bool:
    """Tell whether something of a virtual interrupt is left for its guest."""
    return irq.active or irq.on_lr or irq_is_pending(irq)


def is_silenced(kvm: Kvm, irq: VgicIrq, physical: PhysicalInterrupt) -> None:
    """I33: fail since a physical interrupt is active, and nothing of the virtual one is left.

    Locks: none needed: nobody has the interrupt in his hands, and its lock is free.
    """
    fail(
        kvm,
        "I33 device silenced",
        f"{physical} is active, and {irq} is neither active nor pending nor in a list register: "
        "nobody is to deactivate it, and the device does not come again",
        SYNC,
    )


def is_held(kvm: Kvm, irq: VgicIrq, physical: PhysicalInterrupt, what: str) -> None:
    """I34: the physical interrupt is active while its guest has the virtual one to deal with.

    Args:
        kvm: the VM.
        irq: the virtual interrupt.
        physical: the physical one.
        what: what the guest has of it.

    Locks: none needed: whoever deactivates it has returned, or says so beforehand.
    """
    if not physical.active:
        fail(
            kvm,
            "I34 device let go",
            f"{irq} {what}, and {physical} is not active: the device comes once more for the same",
        )


def device_has_asked(kvm: Kvm, irq: VgicIrq) -> None:
    """I11: fail since a mapped level was acknowledged whose device has not asked for it.

    Locks: none needed: it is the device's own line.
    """
    fail(
        kvm,
        "I11 phantom level",
        f"{irq} was acknowledged, but the line of its device was not up since it was last ended",
    )
