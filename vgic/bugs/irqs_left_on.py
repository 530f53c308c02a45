# SPDX-License-Identifier: GPL-2.0-only
"""irqs_left_on: a list's lock is taken with interrupts on."""

from harness.engine import unnamed
from vgic.bugs.bug import Bug
from vgic.data import Vcpu, VgicIrq
from vgic.kernel import Added, Mechanism


class IrqsLeftOn(Mechanism):
    """Who queues an interrupt leaves local interrupts on while he has the list's lock.

    If a timer of the same vCPU fires just then, its handler runs on top of him, queues the timer's
    interrupt, and waits for the lock that he has, for ever.
    """

    @unnamed
    def add_to_ap_list(self, vcpu: Vcpu, irq: VgicIrq) -> Added:
        """Put it there without turning interrupts off."""
        with vcpu.vgic_cpu.ap_list_lock, irq.irq_lock:
            adds = self.still_to_queue(irq, vcpu)
            if adds:
                vcpu.vgic_cpu.ap_list_head.add_tail(irq.ap_list)
                irq.vcpu = vcpu
        return adds


RECORD = Bug(
    name="irqs_left_on",
    cls=IrqsLeftOn,
    found_as=("irqs on",),
    guest_sees=False,
)
