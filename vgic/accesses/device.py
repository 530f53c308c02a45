# SPDX-License-Identifier: GPL-2.0-only
"""A device's own register: what makes it lower the line of a level-triggered interrupt."""

from vgic.accesses.kind import AccessKind
from vgic.data import Asks, Vcpu, VgicIrq
from vgic.kernel import Kernel

QUIESCE = "quiesce"


def _emulate(kernel: Kernel, vcpu: Vcpu, irq: VgicIrq, value: int) -> None:
    kernel.kvm_vgic_inject_irq(vcpu, irq.intid, level=False)


def _asks(value: int) -> Asks:
    return Asks(lowers=True)


KIND = AccessKind(QUIESCE, _emulate, _asks, in_programs=False)
