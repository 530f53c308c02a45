# SPDX-License-Identifier: GPL-2.0-only
"""A device drives its line or writes a message, in its thread or in that of a vCPU that touches it.

Whoever judges hears of either as of a device's doing. A private interrupt's line is that of the
vCPU.
"""

from collections.abc import Callable
from functools import partial

from harness import Srcu, local_irq_disable, local_irq_enable
from harness.engine import IN_HARDIRQ, IN_IRQ
from harness.primitives import run_on_top
from vgic.data import IRQS_OFF, Vcpu, VgicIrq
from vgic.kernel import Kernel

_IRQFD = "irqfd"


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
    if kernel.kvm.ioctls is None:
        kernel.kvm_vgic_inject_irq(vcpu, irq.intid, level)
    else:
        kernel.kvm_set_irq(vcpu, irq.intid, level)
    kernel.trace.driven(vcpu.vcpu_id, irq.intid, level)


def drive_from(context: str, kernel: Kernel, vcpu: Vcpu, irq: VgicIrq) -> None:
    """Raise the line of an interrupt as an irqfd does: without a thread of its own.

    Whoever signals its eventfd calls it, with the lock of the queue that it waits in; a driver in
    the host may do so out of the handler of the device's own interrupt. It goes by the routes until
    it is through: where those may be replaced it is in a read section of them all the while.

    Models: eventfd.c, irqfd_wakeup; vgic-irqfd.c, kvm_arch_set_irq_inatomic.

    Args:
        context: interrupts are off, or it is a hard interrupt; of CONTEXTS.
        kernel: the kernel that takes it in.
        vcpu: a vCPU.
        irq: the interrupt.
    """
    scheduler = kernel.scheduler
    rises = partial(drive, kernel, vcpu, irq, level=True)
    if kernel.kvm.ioctls is not None:
        rises = partial(_in_section, kernel.kvm.ioctls.irq_srcu, rises)
    if context == IRQS_OFF:
        local_irq_disable(scheduler)
        rises()
        local_irq_enable(scheduler)
    else:
        run_on_top(scheduler, _IRQFD, scheduler.current, rises, IN_IRQ | IN_HARDIRQ)


def _in_section(srcu: Srcu, rises: Callable[[], None]) -> None:
    section = srcu.read_lock()
    rises()
    srcu.read_unlock(section)


def send(kernel: Kernel, vcpu: Vcpu, event: int) -> None:
    """Write the message of an event, which is mapped to an LPI, or is not.

    Args:
        kernel: the kernel that takes it in.
        vcpu: the accessing vCPU, or any.
        event: the event.
    """
    kernel.trace.driving(vcpu.vcpu_id, event, True)
    kernel.vgic_its_inject_msi(event)
    kernel.trace.driven(vcpu.vcpu_id, event, True)
