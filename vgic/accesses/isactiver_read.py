# SPDX-License-Identifier: GPL-2.0-only
"""GICD_ISACTIVER: the guest reads whether an interrupt is active.

The VM is halted to read that of a shared interrupt: what is in another vCPU's list register is
folded first.
"""

from vgic.accesses.kind import AccessKind
from vgic.data import Asks, Vcpu, VgicIrq
from vgic.kernel import Kernel

ACTIVE = "active"


def _emulate(kernel: Kernel, vcpu: Vcpu, irq: VgicIrq, value: int) -> None:
    kernel.trace.read(vcpu.vcpu_id, irq.intid, int(kernel.vgic_mmio_read_active(vcpu, irq)))


def _asks(value: int) -> Asks:
    return Asks(writes=False, reads="active")


KIND = AccessKind(ACTIVE, _emulate, _asks, reads=True)
