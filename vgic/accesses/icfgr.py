# SPDX-License-Identifier: GPL-2.0-only
"""GICD_ICFGR: a shared interrupt is made edge-triggered or level-triggered.

How a private one is triggered is fixed: a write of it changes nothing, so no program has one.
"""

from vgic.accesses.kind import AccessKind
from vgic.data import EDGE, FIRST_SPI, LAST_SPI, LEVEL, Asks, Vcpu, VgicIrq
from vgic.kernel import Kernel

TRIGGER = "trigger"


def _emulate(kernel: Kernel, vcpu: Vcpu, irq: VgicIrq, value: int) -> None:
    kernel.vgic_mmio_write_config(irq, EDGE if value else LEVEL)


def _asks(value: int) -> Asks:
    return Asks(field="config", value=value)


KIND = AccessKind(TRIGGER, _emulate, _asks, intids=(FIRST_SPI, LAST_SPI), values=(0, 1))
