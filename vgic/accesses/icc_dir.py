# SPDX-License-Identifier: GPL-2.0-only
"""ICC_DIR_EL1, where it is trapped: the guest deactivates what it has dropped the priority of."""

from vgic.accesses.kind import AccessKind
from vgic.data import Asks, Vcpu, VgicIrq
from vgic.kernel import Kernel

TRAPPED_DIR = "dir"


def _emulate(kernel: Kernel, vcpu: Vcpu, irq: VgicIrq, value: int) -> None:
    kernel.vgic_v3_deactivate(vcpu, irq.intid)


def _asks(value: int) -> Asks:
    return Asks(writes=False, deactivates=True)


KIND = AccessKind(TRAPPED_DIR, _emulate, _asks, in_programs=False, is_mmio=False)
