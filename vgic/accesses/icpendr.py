# SPDX-License-Identifier: GPL-2.0-only
"""GICD_ICPENDR: an interrupt's pending state is taken away."""

from vgic.accesses.kind import AccessKind
from vgic.data import Asks, Vcpu, VgicIrq
from vgic.kernel import Kernel

UNPEND = "unpend"


def _emulate(kernel: Kernel, vcpu: Vcpu, irq: VgicIrq, value: int) -> None:
    kernel.vgic_mmio_write_cpending(irq)


def _asks(value: int) -> Asks:
    return Asks(forgives=True, field="pending_latch", value=False)


KIND = AccessKind(UNPEND, _emulate, _asks)
