# SPDX-License-Identifier: GPL-2.0-only
"""GICD_ISPENDR: software makes an interrupt pending."""

from vgic.accesses.kind import AccessKind
from vgic.data import Asks, Vcpu, VgicIrq
from vgic.kernel import Kernel

PEND = "pend"


def _emulate(kernel: Kernel, vcpu: Vcpu, irq: VgicIrq, value: int) -> None:
    kernel.vgic_mmio_write_spending(irq)


def _asks(value: int) -> Asks:
    return Asks(pends=True, pends_throughout=True)


KIND = AccessKind(PEND, _emulate, _asks)
