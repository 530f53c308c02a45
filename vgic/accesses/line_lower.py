# SPDX-License-Identifier: GPL-2.0-only
"""A device's own register that makes it lower its interrupt's line, at once."""

from vgic.accesses.kind import AccessKind
from vgic.accesses.line import drive
from vgic.data import FIRST_PPI, LAST_SPI, Asks, Vcpu, VgicIrq
from vgic.kernel import Kernel

LOWER = "lower"


def _emulate(kernel: Kernel, vcpu: Vcpu, irq: VgicIrq, value: int) -> None:
    drive(kernel, vcpu, irq, level=False)


def _asks(value: int) -> Asks:
    return Asks(writes=False)


KIND = AccessKind(LOWER, _emulate, _asks, intids=(FIRST_PPI, LAST_SPI))
