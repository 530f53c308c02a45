# SPDX-License-Identifier: GPL-2.0-only
"""GICD_IPRIORITYR: an interrupt is given another priority."""

from vgic.accesses.kind import AccessKind
from vgic.data import Asks, Vcpu, VgicIrq
from vgic.hardware import PRIORITY_MASK
from vgic.kernel import Kernel

PRIORITY = "priority"


def _emulate(kernel: Kernel, vcpu: Vcpu, irq: VgicIrq, value: int) -> None:
    kernel.vgic_mmio_write_priority(irq, value)


def _asks(value: int) -> Asks:
    return Asks(field="priority", value=value)


KIND = AccessKind(
    PRIORITY, _emulate, _asks, values=range(0, PRIORITY_MASK + 1, PRIORITY_MASK & -PRIORITY_MASK)
)
