# SPDX-License-Identifier: GPL-2.0-only
"""GICD_IGROUPR, or a redistributor's: an interrupt is put into a group, and announced."""

from vgic.accesses.kind import AccessKind
from vgic.data import Asks, Vcpu, VgicIrq
from vgic.kernel import Kernel

GROUP = "group"


def _emulate(kernel: Kernel, vcpu: Vcpu, irq: VgicIrq, value: int) -> None:
    kernel.vgic_mmio_write_group(irq, value)


def _asks(value: int) -> Asks:
    return Asks(announces=True, field="group", value=value)


KIND = AccessKind(GROUP, _emulate, _asks, values=(0, 1))
