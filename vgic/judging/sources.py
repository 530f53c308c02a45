# SPDX-License-Identifier: GPL-2.0-only
"""An SGI of GICv2 arrives from each vCPU that has sent it, and stays whose it is: I9, I22, I29.

What is acknowledged without having been sent by whom the guest is told is judged as any other edge
is (I10, sourced_edges.py).
"""

from typing import NoReturn

from vgic.data import Exit, Kvm, Vcpu, VgicIrq, is_sgi
from vgic.hardware import ListRegister
from vgic.judging.active_states import ActiveStates
from vgic.judging.bookkeeping import Bookkeeping
from vgic.judging.judge import FLUSH, Judge, fail, is_masked
from vgic.judging.sourced_edges import source_taken


class Sources(Judge):
    """Follows the SGIs of a VM with a GICv2, source by source."""

    def __init__(
        self, kvm: Kvm, books: Bookkeeping, states: ActiveStates, crossed: set[str]
    ) -> None:
        """Begin to listen.

        Args:
            kvm: the VM.
            books: tell what guests and hosts no longer agree on, by right.
            states: tell what is active by what software has written.
            crossed: the windows crossed so far, by name.
        """
        super().__init__(kvm)
        self._crossed_ones = crossed
        self._books = books
        self._states = states
        self._unserved: dict[tuple[VgicIrq, int], None] = {}
        self._taken: dict[tuple[int, int], int] = {}

    def accessing(self, vcpu: int, access: Exit) -> None:
        """Enter what is about to be sent."""
        asks = access.asks
        if not (asks.pends and is_sgi(access.intid)) or asks.pends_throughout:
            return
        for target in access.subjects(vcpu, len(self._kvm.vcpus)):
            irq = self._kvm.subject(target, access.intid)
            if irq is not None:
                self._unserved[irq, vcpu] = None

    def acknowledged(self, vcpu: int, intid: int) -> None:
        """Take off what the guest has been given."""
        if not is_sgi(intid):
            return
        here = self._kvm.vcpus[vcpu]
        self._taken[vcpu, intid] = source = source_taken(here, intid)
        irq = self._kvm.get_vcpu_irq(here, intid)
        if irq is not None:
            self._unserved.pop((irq, source), None)
            if irq.source:
                self._crossed_ones.add("sgi_of_more")

    def entered(self, vcpu: int) -> None:
        """Judge what the guest is going to see."""
        here = self._kvm.vcpus[vcpu]
        for lr in here.cpuif.lrs[: here.vgic_cpu.used_lrs]:
            if is_sgi(lr.intid):
                self._judge(here, lr)

    def _judge(self, here: Vcpu, lr: ListRegister) -> None:
        irq = self._kvm.get_vcpu_irq(here, lr.intid)
        if irq is None or self._books.ledger[irq].forfeited:
            return
        if lr.pending and lr.active:
            is_of_two(self._kvm, here, lr)
        taken = self._taken.get((here.vcpu_id, lr.intid))
        if lr.active and lr.source != taken and not self._states.is_activated(irq):
            is_another(self._kvm, here, lr, taken)

    def drained(self) -> None:
        """Judge what has been sent and never taken."""
        for irq, source in self._unserved:
            if not self._may_wait(irq, source):
                is_lost(self._kvm, irq, source)

    def _may_wait(self, irq: VgicIrq, source: int) -> bool:
        account, awaiting = self._books.ledger[irq], self._kvm.awaiting
        return (
            not irq.enabled
            or account.forfeited
            or (account.shut_out and _is_pending_of(irq, source))
            or (irq.active and self._states.is_activated(irq))
            or irq.target_vcpu in awaiting
            or (is_masked(irq) and _is_pending_of(irq, source))
        )


def _is_pending_of(irq: VgicIrq, source: int) -> bool:
    """Tell whether an SGI of a vCPU is pending in memory, or in a list register that has it."""
    lrs = irq.vcpu.cpuif.lrs if irq.vcpu is not None and irq.on_lr else ()
    return bool(irq.source >> source & 1) or any(
        lr.pending and lr.intid == irq.intid and lr.source == source for lr in lrs
    )


def is_of_two(kvm: Kvm, vcpu: Vcpu, lr: ListRegister) -> NoReturn:
    """I22: fail for an SGI that is pending and active in one list register: whose is it then?

    Locks: none needed: the CPU interface is the vCPU's own.
    """
    fail(kvm, "I22 illegal list register", f"{vcpu} is to run with {lr}", FLUSH)


def is_another(kvm: Kvm, vcpu: Vcpu, lr: ListRegister, taken: int | None) -> NoReturn:
    """I29: fail for an active SGI that is not his any more of whom the guest has taken it.

    Locks: none needed: the CPU interface is the vCPU's own.
    """
    fail(
        kvm,
        "I29 list register differs",
        f"{vcpu} is to run, but {lr} is in a list register, and its guest has taken that "
        f"{'from nobody' if taken is None else f'from vcpu {taken}'}",
        FLUSH,
    )


def is_lost(kvm: Kvm, irq: VgicIrq, source: int) -> NoReturn:
    """I9: fail for an SGI that a vCPU has sent, and that no guest has been given from it since.

    Locks: none needed: nobody is running.
    """
    fail(kvm, "I9 lost source", f"{irq} was sent by vcpu {source}, and never taken from it since")
