# SPDX-License-Identifier: GPL-2.0-only
"""What guests write and devices drive arrives: I11, I26.

All other invariants take the kernel's own fields for what guests and devices have asked for. A
write that is lost, or a line that the kernel forgets, is none to them.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import NoReturn

from vgic.data import EDGE, LEVEL, Asks, Config, Exit, Kvm, Vcpu, VgicIrq, is_lpi
from vgic.judging.bookkeeping import Bookkeeping
from vgic.judging.judge import Judge, fail
from vgic.judging.standing import NOT_YET, Standing

_LATCH = "pending_latch"
"""What a guest clears, and what everybody else may set at any time."""
_JUDGED_HERE = frozenset({"config", "enabled", "group", "priority", "target_vcpu"})
"""What nothing but writes changes; active states are judged in active_states.py."""


class Writes(Judge):
    """Looks at an interrupt when a write or a device is done with it.

    A pending state that was cleared is only looked at if nobody else was at it meanwhile. Whatever
    else is written is changed by nothing but writes.
    """

    def __init__(self, kvm: Kvm, books: Bookkeeping) -> None:
        """Begin to listen.

        Args:
            kvm: the VM.
            books: tells who else has touched an interrupt; they hear of each event first.
        """
        super().__init__(kvm)
        self._books = books
        self._may_return = [False] * len(kvm.vcpus)
        self._began_at = [-1] * len(kvm.vcpus)
        self._requests: defaultdict[str, int] = defaultdict(int)
        self._requests_before = [0] * len(kvm.vcpus)
        self._standing: defaultdict[tuple[VgicIrq, str], Standing] = defaultdict(Standing)
        # When the events of LPIs were mapped to nothing last, where they were.
        self._unmapped_at: dict[VgicIrq, int] = {}

    def driven(self, vcpu: int, intid: int, level: bool) -> None:
        """Judge what a device has done."""
        irq = self._books.irq
        if irq is not None:
            self._judge_line(irq)

    def accessing(self, vcpu: int, access: Exit) -> None:
        """Remember when a write begins, and whether a pending state may come back after it."""
        irq, field = self._books.irq, access.asks.field
        scheduler = self._kvm.scheduler
        self._began_at[vcpu] = scheduler.steps
        self._requests_before[vcpu] = self._requests[scheduler.current.role]
        if irq is not None and field in _JUDGED_HERE:
            self._standing[irq, field].begin()
        if irq is not None and access.asks.unmaps:
            self._unmapped_at[irq] = scheduler.steps_max
        # A copy in another vCPU's list register may come back at any time (quirk Q2).
        self._may_return[vcpu] = (
            irq is not None and irq.config is EDGE and irq.vcpu not in (None, self._kvm.vcpus[vcpu])
        )

    def accessed(self, vcpu: int, access: Exit) -> None:
        """Judge what a guest has written."""
        irq, asks = self._books.irq, access.asks
        if asks.of_all and not self._books.ledger.turns_overlap:
            distributor_is_as_written(self._kvm, on=asks.of_all == "on")
        if irq is None:
            return
        if asks.lowers:
            self._judge_line(irq)
        if asks.unmaps:
            self._unmapped_at[irq] = self._kvm.scheduler.steps
        if asks.field == _LATCH:
            may_return = asks.forgives and self._may_return[vcpu]
            if self._books.alone[vcpu] and not may_return:
                clear_took_effect(self._kvm, irq, access)
        elif asks.field in _JUDGED_HERE:
            self._judge(irq, access, asks, vcpu)

    def released(self, intid: int) -> None:
        """Forget an LPI that is no more."""
        gone = self._kvm.get_vcpu_irq(None, intid)
        for irq, field in list(self._standing):
            if irq is gone:
                del self._standing[irq, field]

    def requested(self, vcpu: Vcpu, request: int) -> None:
        """Count what each thread leaves to others."""
        self._requests[self._kvm.scheduler.current.role] += 1

    def idled(self) -> None:
        """Judge what was left to somebody to carry out."""
        self._settle()

    def drained(self) -> None:
        """Judge what was written in the drain."""
        self._settle()

    def _judge(self, irq: VgicIrq, access: Exit, asks: Asks, vcpu: int) -> None:
        """Judge the last write to return, unless it was left to somebody to carry out.

        Where the register holds the value already, a request tells that all the same, if the write
        has nothing to announce.
        """
        kvm, field = self._kvm, asks.field
        standing, role = self._standing[irq, field], kvm.scheduler.current.role
        step: float = kvm.scheduler.steps
        lpis = kvm.dist.lpis
        if self._unmapped_at.get(irq, -1) >= self._began_at[vcpu] or (
            lpis is not None and lpis.is_rearranged and is_lpi(irq.intid)
        ):
            # The command may have come too late, and was refused then: either is right. What
            # becomes of one that others rearrange is judged in mappings.py.
            standing.give_up()
            return
        requested = self._requests[role] > self._requests_before[vcpu]
        if requested and not (asks.announces and asks.value == _written(irq, field)):
            self._books.ledger.waits(irq)
            step = NOT_YET
        standing.end(access, self._began_at[vcpu], step)
        if not standing.under_way and not standing.late:
            a_write_stands(kvm, irq, field, standing)

    def _settle(self) -> None:
        step, ledger = self._kvm.scheduler.steps, self._books.ledger
        for (irq, field), standing in self._standing.items():
            a_write_stands(self._kvm, irq, field, standing)
            if standing.late:
                ledger.settled(irq, step)
            standing.settle(_written(irq, field), step)

    def _judge_line(self, irq: VgicIrq) -> None:
        line = self._books.ledger[irq].line
        if irq.config is LEVEL and line is not None:
            line_is_as_driven(self._kvm, irq, line)


def line_is_as_driven(kvm: Kvm, irq: VgicIrq, level: bool) -> None:
    """I11: the kernel has a level-triggered interrupt's line where devices have driven it.

    That of one that is mapped is its device's, and the kernel samples it.

    Args:
        kvm: the VM.
        irq: the interrupt.
        level: where its line is.

    Locks: none needed: nobody else drives the line.
    """
    if irq.line_level is not level and irq.physical is None:
        fail(
            kvm,
            "I11 line lost",
            f"{irq}: its line is {'up' if level else 'down'}, and the kernel has it the other way",
        )


def distributor_is_as_written(kvm: Kvm, *, on: bool) -> None:
    """I26: the distributor is on, or off, as the only write of it under way has asked for.

    Locks: none needed: nobody else writes it.
    """
    if kvm.dist.enabled is not on:
        word = "on" if on else "off"
        fail(kvm, "I26 write lost", f"the distributor was turned {word}, and is not")


def clear_took_effect(kvm: Kvm, irq: VgicIrq, access: Exit) -> None:
    """I26: a pending state that a guest clears is gone when the write has returned.

    Args:
        kvm: the VM.
        irq: the interrupt.
        access: the write.

    Locks: none needed: nobody else has touched the interrupt since the write began.
    """
    if irq.pending_latch:
        _lost(kvm, irq, [access])


def a_write_stands(kvm: Kvm, irq: VgicIrq, field: str, standing: Standing) -> None:
    """I26: what a register holds is what one of the last writes to it has written.

    Args:
        kvm: the VM.
        irq: the interrupt.
        field: the field of it that the register is.
        standing: the writes, none of them under way.

    Locks: none needed: nobody writes to the register, or is still to carry a write out.
    """
    writes, value = standing.writes, _written(irq, field)
    if writes and writes[-1].value != value and value not in standing.values():
        _lost(kvm, irq, [each.access for each in standing.writes])


def _written(irq: VgicIrq, field: str) -> bool | int:
    """Return a field as it is written: a vCPU by its number, -1 for none; an edge as 1."""
    found: bool | Vcpu | Config | None = getattr(irq, field)
    if isinstance(found, Config):
        return int(found is EDGE)
    if isinstance(found, Vcpu):
        return found.vcpu_id
    return -1 if found is None else found


def _lost(kvm: Kvm, irq: VgicIrq, writes: Sequence[Exit]) -> NoReturn:
    words = [f"{access.kind}{_to(kvm, access)}" for access in writes]
    if len(words) == 1:
        what = f"the write ({words[0]}) has changed nothing"
    else:
        what = f"of the writes at once ({', '.join(words)}) none has changed anything"
    fail(kvm, "I26 write lost", f"{irq}: {what}")


def _to(kvm: Kvm, access: Exit) -> str:
    """Say what a write sets its field to, where that is not plain by its name."""
    if access.asks.field == "target_vcpu":
        return f" to {kvm.vcpus[access.asks.value]}"
    if access.asks.field == "group":
        return f" {access.value}"
    if access.asks.field == "config":
        return f" {'edge' if access.value else 'level'}"
    return f" to {access.value:#04x}" if access.asks.field == "priority" else ""
