# SPDX-License-Identifier: GPL-2.0-only
"""GICD_ISACTIVER, or a redistributor's: software makes an interrupt active."""

from vgic.accesses.kind import AccessKind
from vgic.data import Asks, Vcpu, VgicIrq
from vgic.kernel import Kernel

ACTIVATE = "activate"


def _emulate(kernel: Kernel, vcpu: Vcpu, irq: VgicIrq, value: int) -> None:
    kernel.vgic_mmio_write_sactive(vcpu, irq)


def _asks(value: int) -> Asks:
    return Asks(field="active", value=True)


KIND = AccessKind(ACTIVATE, _emulate, _asks, names_vcpu=True, is_theirs=True)
