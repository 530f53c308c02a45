# SPDX-License-Identifier: GPL-2.0-only
"""A device drives its line in the vCPU's own thread, since the guest has touched its registers.

Whoever judges hears of it as of any device's doing. A private interrupt's line is that of the
accessing vCPU.
"""

from vgic.data import Vcpu, VgicIrq
from vgic.kernel import Kernel


def drive(kernel: Kernel, vcpu: Vcpu, irq: VgicIrq, *, level: bool) -> None:
    """Change the line of an interrupt, or send an edge.

    Args:
        kernel: the kernel that takes it in.
        vcpu: the accessing vCPU.
        irq: the interrupt.
        level: up, or down.
    """
    kernel.trace.driving(vcpu.vcpu_id, irq.intid, level)
    kernel.kvm_vgic_inject_irq(vcpu, irq.intid, level)
    kernel.trace.driven(vcpu.vcpu_id, irq.intid, level)
