# SPDX-License-Identifier: GPL-2.0-only
"""A device drives its line, in a thread of its own or in that of a vCPU that has touched it.

Whoever judges hears of either as of a device's doing. A private interrupt's line is that of the
vCPU.
"""

from vgic.data import Vcpu, VgicIrq
from vgic.kernel import Kernel


def drive(kernel: Kernel, vcpu: Vcpu, irq: VgicIrq, *, level: bool) -> None:
    """Change the line of an interrupt, or send an edge.

    Behind a resampling irqfd the host raises it once for all that the device asks for, and lowers
    it when it is notified of the end. What is mapped the host hears of by a physical interrupt.

    Args:
        kernel: the kernel that takes it in.
        vcpu: the accessing vCPU, or whose interrupt it is if it is private.
        irq: the interrupt.
        level: up, or down.
    """
    if irq.physical is not None:
        irq.physical.drive(level)
        return
    if irq.resampled is not None and not (level and irq.resampled.ask()):
        return
    kernel.trace.driving(vcpu.vcpu_id, irq.intid, level)
    kernel.kvm_vgic_inject_irq(vcpu, irq.intid, level)
    kernel.trace.driven(vcpu.vcpu_id, irq.intid, level)
