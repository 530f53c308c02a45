# SPDX-License-Identifier: GPL-2.0-only
"""GICD_ISPENDR: the guest reads whether an interrupt is pending."""

from vgic.accesses.kind import AccessKind
from vgic.data import Asks, Vcpu, VgicIrq
from vgic.kernel import Kernel

PENDING = "pending"


def _emulate(kernel: Kernel, vcpu: Vcpu, irq: VgicIrq, value: int) -> None:
    kernel.trace.read(vcpu.vcpu_id, irq.intid, int(kernel.vgic_mmio_read_pending(irq)))


def _asks(value: int) -> Asks:
    return Asks(writes=False)


KIND = AccessKind(PENDING, _emulate, _asks, reads=True)
