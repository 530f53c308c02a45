# SPDX-License-Identifier: GPL-2.0-only
"""GICD_ICACTIVER, or a redistributor's: an interrupt's active state is taken away."""

from vgic.accesses.kind import AccessKind
from vgic.data import Asks, Vcpu, VgicIrq
from vgic.kernel import Kernel

DEACTIVATE = "deactivate"


def _emulate(kernel: Kernel, vcpu: Vcpu, irq: VgicIrq, value: int) -> None:
    kernel.vgic_mmio_write_cactive(vcpu, irq)


def _asks(value: int) -> Asks:
    return Asks(field="active", value=False)


KIND = AccessKind(DEACTIVATE, _emulate, _asks, names_vcpu=True, is_theirs=True)
