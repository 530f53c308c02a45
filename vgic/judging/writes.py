# SPDX-License-Identifier: GPL-2.0-only
"""What guests write and devices drive arrives: I11, I26.

All other invariants take the kernel's own fields for what guests and devices have asked for. A
write that is lost, or a line that the kernel forgets, is none to them.
"""

from vgic.data import EDGE, LEVEL, Exit, Kvm, Vcpu, VgicIrq
from vgic.judging.bookkeeping import Bookkeeping
from vgic.judging.judge import Judge, fail


class Writes(Judge):
    """Looks at an interrupt when a write or a device is done with it, and nobody else was at it."""

    def __init__(self, kvm: Kvm, books: Bookkeeping) -> None:
        """Begin to listen.

        Args:
            kvm: the VM.
            books: tells who else has touched an interrupt; they hear of each event first.
        """
        super().__init__(kvm)
        self._books = books
        self._may_return = [False] * len(kvm.vcpus)

    def driven(self, vcpu: int, intid: int, level: bool) -> None:
        """Judge what a device has done."""
        irq = self._books.irq
        if irq is not None:
            self._judge_line(irq)

    def accessing(self, vcpu: int, access: Exit) -> None:
        """Remember whether a pending state that is cleared may come back."""
        irq = self._books.irq
        # A copy in another vCPU's list register may come back at any time (quirk Q2).
        self._may_return[vcpu] = (
            irq is not None and irq.config is EDGE and irq.vcpu not in (None, self._kvm.vcpus[vcpu])
        )

    def accessed(self, vcpu: int, access: Exit) -> None:
        """Judge what a guest has written."""
        irq, asks = self._books.irq, access.asks
        if irq is None:
            return
        if asks.lowers:
            self._judge_line(irq)
        may_return = asks.forgives and self._may_return[vcpu]
        if asks.field and self._books.alone[vcpu] and not may_return:
            write_took_effect(self._kvm, irq, access)

    def _judge_line(self, irq: VgicIrq) -> None:
        line = self._books.ledger[irq].line
        if irq.config is LEVEL and line is not None:
            line_is_as_driven(self._kvm, irq, line)


def line_is_as_driven(kvm: Kvm, irq: VgicIrq, level: bool) -> None:
    """I11: the kernel has a level-triggered interrupt's line where devices have driven it.

    Args:
        kvm: the VM.
        irq: the interrupt.
        level: where its line is.

    Locks: none needed: nobody else drives the line.
    """
    if irq.line_level is not level:
        fail(
            kvm,
            "I11 line lost",
            f"{irq}: its line is {'up' if level else 'down'}, and the kernel has it the other way",
        )


def write_took_effect(kvm: Kvm, irq: VgicIrq, access: Exit) -> None:
    """I26: a register write is in the interrupt's state when it has returned.

    Args:
        kvm: the VM.
        irq: the interrupt.
        access: the write.

    Locks: none needed: nobody else has touched the interrupt since the write began.
    """
    asks = access.asks
    found = getattr(irq, asks.field)
    if isinstance(found, Vcpu):
        found = found.vcpu_id
    if found != asks.value:
        target = f" to {kvm.vcpus[asks.value]}" if asks.field == "target_vcpu" else ""
        fail(kvm, "I26 write lost", f"{irq}: the write ({access.kind}{target}) has changed nothing")
