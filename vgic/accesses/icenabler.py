# SPDX-License-Identifier: GPL-2.0-only
"""GICD_ICENABLER: an interrupt is disabled."""

from vgic.accesses.kind import AccessKind
from vgic.data import Asks, Vcpu, VgicIrq
from vgic.kernel import Kernel

DISABLE = "disable"


def _emulate(kernel: Kernel, vcpu: Vcpu, irq: VgicIrq, value: int) -> None:
    kernel.vgic_mmio_write_cenable(irq)


def _asks(value: int) -> Asks:
    return Asks(field="enabled", value=False)


KIND = AccessKind(DISABLE, _emulate, _asks)
