# SPDX-License-Identifier: GPL-2.0-only
"""GICD_ISENABLER: an interrupt is enabled, and announced if it is pending."""

from vgic.accesses.kind import AccessKind
from vgic.data import Asks, Vcpu, VgicIrq
from vgic.kernel import Kernel

ENABLE = "enable"


def _emulate(kernel: Kernel, vcpu: Vcpu, irq: VgicIrq, value: int) -> None:
    kernel.vgic_mmio_write_senable(irq)


def _asks(value: int) -> Asks:
    return Asks(announces=True, field="enabled", value=True)


KIND = AccessKind(ENABLE, _emulate, _asks)
