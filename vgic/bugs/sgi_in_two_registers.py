# SPDX-License-Identifier: GPL-2.0-only
"""sgi_in_two_registers: each source of an SGI gets a list register of its own."""

from vgic.bugs.bug import Bug
from vgic.data import Vcpu, first_source, is_sgi
from vgic.hardware import V2ListRegister
from vgic.kernel import Mechanism


class SgiInTwoRegisters(Mechanism):
    """An SGI that several vCPUs have sent gets as many list registers as are free.

    They have one virtual INTID, which the architecture of GICv2 forbids: a CPU may do anything, and
    some were seen to hang. So the kernel did until one source at a time was loaded.
    """

    def vgic_flush_lr_state(self, vcpu: Vcpu) -> None:
        """Fill list registers that are left with what more there is of an SGI that is loaded."""
        super().vgic_flush_lr_state(vcpu)
        vgic_cpu = vcpu.vgic_cpu
        for lr in vgic_cpu.vgic_lr[: vgic_cpu.used_lrs]:
            irq = vgic_cpu.private_irqs.get(lr.intid) if is_sgi(lr.intid) else None
            if irq is None or lr.active or vgic_cpu.used_lrs == self.kvm.nr_lr:
                continue
            irq.irq_lock.lock()
            if irq.source:
                more = V2ListRegister(irq.intid, True, False, False, irq.group, irq.priority)
                more.source = first_source(irq.source)
                self.take_source(irq, more)
                vgic_cpu.vgic_lr[vgic_cpu.used_lrs] = more
                vgic_cpu.used_lrs += 1
            irq.irq_lock.unlock()


RECORD = Bug(
    name="sgi_in_two_registers",
    cls=SgiInTwoRegisters,
    found_as=("I5 INTID in two list registers",),
    guest_sees=True,
    date="2018-03",
    mended_by="16ca6a607d84",
)
