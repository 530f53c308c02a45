# SPDX-License-Identifier: GPL-2.0-only
"""A device's own register that makes it raise its interrupt's line, or send an edge, at once."""

from vgic.accesses.kind import AccessKind
from vgic.accesses.line import drive
from vgic.data import FIRST_PPI, LAST_SPI, Asks, Vcpu, VgicIrq
from vgic.kernel import Kernel

RAISE = "raise"


def _emulate(kernel: Kernel, vcpu: Vcpu, irq: VgicIrq, value: int) -> None:
    drive(kernel, vcpu, irq, level=True)


def _asks(value: int) -> Asks:
    return Asks(writes=False)


KIND = AccessKind(RAISE, _emulate, _asks, intids=(FIRST_PPI, LAST_SPI))
