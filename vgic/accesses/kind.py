# SPDX-License-Identifier: GPL-2.0-only
"""A kind of access: all that differs from one to the other, as plain data."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from vgic.data import LAST_SPI, V3, Asks, Vcpu, VgicIrq
from vgic.kernel import Kernel


@dataclass(frozen=True)
class AccessKind:
    """A register that a guest writes or reads, or something of a device that it touches.

    Attributes:
        name: as tokens and reports have it.
        emulate: calls the kernel function that the access comes to, by kernel, accessing vCPU,
            interrupt and value.
        asks: what judges ask of it, by its value.
        intids: the first and last INTID it can be about.
        names_vcpu: its value is the number of a vCPU.
        names_vcpus: its value is a set of vCPUs, a bit each.
        values: what else its value can be.
        is_theirs: it is about an interrupt of the vCPU that it names, not of the accessing one.
        in_programs: a program can have it; others come of what a guest does by itself.
        reads: something is read, and announced; 0 where the interrupt is not there.
        has_interrupt: it is about an interrupt at all.
        gic: the interrupt controller that alone has it, V2 or V3; "" where either has.
        targets: the vCPUs to whose own interrupts it is sent, by its value, the accessing vCPU and
            how many there are; for one that may be sent to several.
        is_mmio: it is found on the bus; not so what traps as a system register.
        emulate_for_vm: calls the kernel function of an access that is about none but all of them.
        emulate_event: calls that of an access that is about an event, by kernel, accessing vCPU,
            event and value; it goes by the INTID of the LPI that it was mapped to at first.
    """

    name: str
    emulate: Callable[[Kernel, Vcpu, VgicIrq, int], None]
    asks: Callable[[int], Asks]
    intids: tuple[int, int] = (0, LAST_SPI)
    names_vcpu: bool = False
    names_vcpus: bool = False
    values: Sequence[int] = (0,)
    is_theirs: bool = False
    in_programs: bool = True
    reads: bool = False
    has_interrupt: bool = True
    gic: str = ""
    targets: Callable[[int, int, int], Sequence[int]] | None = None
    is_mmio: bool = True
    emulate_for_vm: Callable[[Kernel, Vcpu, int], None] | None = None
    emulate_event: Callable[[Kernel, Vcpu, int, int], None] | None = None

    def is_of(self, gic: str) -> bool:
        """Tell whether a machine with such an interrupt controller has it; only V3 has events."""
        only = V3 if self.emulate_event is not None else self.gic
        return only in ("", gic)


def of_an_event(kernel: Kernel, vcpu: Vcpu, irq: VgicIrq, value: int) -> None:
    """Do nothing: the access is about an event, whatever that is mapped to."""
