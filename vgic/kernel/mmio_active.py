# SPDX-License-Identifier: GPL-2.0-only
"""Guest accesses to active states: read and written while every vCPU that has copies is halted.

A list register is a copy of an interrupt that its guest changes, and the fold writes it back. So
who reads or changes the active state of what may be in another vCPU's list register halts the VM
first, and all is folded then.
"""

from vgic.data import Vcpu, VgicIrq
from vgic.kernel.table import Kernel


class MmioActive(Kernel):
    """vgic-mmio.c: ISACTIVER and ICACTIVER; the active state of a physical interrupt follows."""

    def vgic_mmio_read_active(self, vcpu: Vcpu, irq: VgicIrq) -> bool:
        """Tell a guest whether an interrupt is active (GICD_ISACTIVER).

        Models: vgic-mmio.c, vgic_mmio_read_active.
        Locking: called with nothing held; takes the config_lock, and no irq_lock: who writes active
            states has the config_lock, and the vCPUs that fold them are halted.
        """
        with self.kvm.config_lock:
            self._access_active_prepare(vcpu, irq)
            active = irq.active
            self.scheduler.note("read of", irq, "active" if active else "not active")
            self._access_active_finish(vcpu, irq)
        return active

    def vgic_mmio_write_sactive(self, vcpu: Vcpu, irq: VgicIrq) -> None:
        """Make an interrupt active (GICD_ISACTIVER), and queue it.

        Models: vgic-mmio.c, vgic_mmio_write_sactive.
        Locking: called with nothing held; takes the config_lock, then irq_lock.
        """
        self._write_active(vcpu, irq, active=True)

    def vgic_mmio_write_cactive(self, vcpu: Vcpu, irq: VgicIrq) -> None:
        """Take an interrupt's active state away (GICD_ICACTIVER); it stays on its list.

        Models: vgic-mmio.c, vgic_mmio_write_cactive.
        Locking: called with nothing held; takes the config_lock, then irq_lock.
        """
        self._write_active(vcpu, irq, active=False)

    def _write_active(self, vcpu: Vcpu, irq: VgicIrq, *, active: bool) -> None:
        with self.kvm.config_lock:
            self._access_active_prepare(vcpu, irq)
            self.vgic_mmio_change_active(irq, active)
            self._access_active_finish(vcpu, irq)

    def _access_active_prepare(self, vcpu: Vcpu, irq: VgicIrq) -> None:
        """Halt the VM if that is needed (vgic_access_active_prepare)."""
        if self.needs_halt(vcpu, irq):
            self.halt()

    def _access_active_finish(self, vcpu: Vcpu, irq: VgicIrq) -> None:
        """Resume it if it was halted (vgic_access_active_finish)."""
        if self.needs_halt(vcpu, irq):
            self.resume()

    def vgic_mmio_change_active(self, irq: VgicIrq, active: bool) -> None:
        """Change an interrupt's active state; what is active goes on a list.

        Models: vgic-mmio.c, vgic_mmio_change_active.
        Locking: called with the config_lock held; takes irq_lock, which queueing lets go.
        """
        irqs_were_off = irq.irq_lock.lock_irqsave()
        irq.active = active
        if irq.physical is not None:
            self.vgic_irq_set_phys_active(irq, not self.lets_device_come(irq))
        self.scheduler.note("activate" if active else "deactivate", irq)
        if active:
            self.vgic_queue_irq_unlock(irq, irqs_were_off)
        else:
            irq.irq_lock.unlock_irqrestore(irqs_were_off)

    def needs_halt(self, vcpu: Vcpu, irq: VgicIrq) -> bool:
        """Say whether the interrupt may be in a list register of a vCPU that runs.

        A private one of the accessing vCPU's is folded: its guest has exited for the access.

        Models: vgic-mmio.c, vgic_access_active_prepare.
        Locking: called with the config_lock held.

        Decision: for which interrupts the VM is halted.
        """
        return irq is not vcpu.vgic_cpu.private_irqs.get(irq.intid)
