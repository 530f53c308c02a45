# SPDX-License-Identifier: GPL-2.0-only
"""The physical side of an interrupt that is mapped: a line that is sampled, an active state held.

A device's interrupt that the host has taken stays active, so that it does not come again, for as
long as the guest has something to do for it. A list register that names it (HW) deactivates it with
the virtual one. What is ended in none, or on a host whose hardware cannot do that, the host
deactivates itself. Only the rise of its line is heard of: what it is by then is read at the fold.
"""

from harness.engine import unnamed
from vgic.data import VgicIrq, irq_is_pending
from vgic.hardware import ListRegister
from vgic.kernel.table import Kernel


class Physical(Kernel):
    """vgic.c and vgic-v3.c: interrupts that are mapped to physical ones.

    Differs: the active state of a physical interrupt goes with its vCPU to another CPU; a timer's
        is made anew when the vCPU is loaded.
    """

    def vgic_irq_needs_resampling(self, irq: VgicIrq) -> bool:
        """Tell whether the host deactivates for the guest, by what it finds at the fold.

        Models: arm_vgic.h, vgic_irq_needs_resampling (VGIC_IRQ_SW_RESAMPLE).
        Locking: called with irq.irq_lock held.
        """
        return self.kvm.implementation.no_hw_deactivation

    def vgic_get_phys_line_level(self, irq: VgicIrq) -> bool:
        """Read whether the output of the device behind an interrupt is up.

        Models: vgic.c, vgic_get_phys_line_level.
        Locking: called with irq.irq_lock held.
        """
        irq.irq_lock.assert_held()
        return irq.physical is not None and irq.physical.sample()

    def vgic_irq_set_phys_active(self, irq: VgicIrq, active: bool) -> None:
        """Make the physical interrupt behind a virtual one active or inactive.

        Models: vgic.c, vgic_irq_set_phys_active.
        Locking: called with irq.irq_lock held.
        """
        irq.irq_lock.assert_held()
        if irq.physical is not None:
            self.scheduler.note("activate" if active else "deactivate", irq.physical)
            irq.physical.set_active(active)

    def vgic_v3_deactivate_phys(self, lr: ListRegister) -> None:
        """Deactivate the physical interrupt that a list register names, as its end would have.

        Models: vgic-v3.c, vgic_v3_deactivate_phys.
        Locking: called with interrupts off, from any context.
        """
        if lr.hw is not None:
            self.scheduler.note("deactivate", lr.hw)
            lr.hw.set_active(False)

    def vgic_irq_handle_resampling(self, irq: VgicIrq, lr: ListRegister, was_active: bool) -> None:
        """Sample the line of a mapped interrupt at its fold, and let its device come again.

        Models: vgic.c, vgic_irq_handle_resampling.
        Locking: called with irq.irq_lock held and interrupts off.

        Args:
            irq: the interrupt, folded but for this.
            lr: its list register.
            was_active: it was active before.
        """
        irq.irq_lock.assert_held()
        is_over = False
        if self.vgic_irq_needs_resampling(irq):
            is_over = self.is_over_in_software(irq)
        elif self.samples_again(irq, lr, was_active):
            irq.line_level = self.vgic_get_phys_line_level(irq)
            is_over = not irq.line_level
        if self.keeps_device_out(irq):
            self.vgic_irq_set_phys_active(irq, True)
        elif is_over:
            self.vgic_irq_set_phys_active(irq, False)

    def samples_again(self, irq: VgicIrq, lr: ListRegister, was_active: bool) -> bool:
        """Say whether the line of a mapped interrupt has to be read at its fold.

        Loaded as pending it was taken to be down: only what rises is heard of. If it has been
        taken, its end has let the device come again.

        Models: vgic.c, the second condition of vgic_irq_handle_resampling.
        Locking: called with irq.irq_lock held and interrupts off.

        Decision: when the line is sampled.
        """
        irq.irq_lock.assert_held()
        return lr.pending or (was_active and not lr.active and irq.line_level)

    def is_over_in_software(self, irq: VgicIrq) -> bool:
        """Say whether the host lets the device come again, where its hardware does not.

        Models: vgic.c, the first condition of vgic_irq_handle_resampling.
        Locking: called with irq.irq_lock held and interrupts off.

        Decision: when the host deactivates for the guest.
        """
        irq.irq_lock.assert_held()
        return not (irq.active or irq.pending_latch)

    def keeps_device_out(self, irq: VgicIrq) -> bool:
        """Say whether software has pended a mapped interrupt that its guest is still to take.

        Its end in a list register may have let the device come meanwhile, and that would raise a
        line that is taken to be up from then on: its next rise is nobody's (docs/quirks.md, Q13).

        Models: vgic.c, vgic_irq_handle_resampling, which does not ask.
        Locking: called with irq.irq_lock held and interrupts off.

        Decision: whether what software pends holds the physical interrupt beyond a fold.
        """
        irq.irq_lock.assert_held()
        return irq.pending_latch and not irq.active

    def lets_device_come(self, irq: VgicIrq) -> bool:
        """Say whether nothing is left of a mapped interrupt that software has cleared a state of.

        Models: vgic-mmio.c, the parts of vgic_mmio_write_cpending and vgic_mmio_change_active for
            mapped interrupts, which go by the active state in memory.
        Locking: called with irq.irq_lock held.

        Decision: when the device may come again.
        """
        return self.physical_is_known(irq) and not irq_is_pending(irq)

    @unnamed
    def sample_enabled(self, irq: VgicIrq) -> None:
        """Read the line of a mapped interrupt that is being enabled: it may be down by now.

        If it has gone down nobody has said so, and the device is let come again. If it has gone up
        the host's handler has said so, or is about to: whoever raises the virtual line before it
        has that done twice (docs/quirks.md, Q13).

        Models: vgic-mmio.c, the part of vgic_mmio_write_senable for mapped levels, which takes over
            what it reads.
        Locking: called with irq.irq_lock held.

        Decision: what is made of the line.
        """
        irq.irq_lock.assert_held()
        if not (irq.line_level and self.physical_is_known(irq)):
            return
        if not self.vgic_get_phys_line_level(irq):
            irq.line_level = False
            self.vgic_irq_set_phys_active(irq, False)

    def physical_is_known(self, irq: VgicIrq) -> bool:
        """Say whether what is in memory of a mapped interrupt tells what its physical one is to be.

        It does not from where the interrupt is loaded to where its end is folded: whether its guest
        has taken or ended it is not known. Then the end, and the fold, see to it. A line that is
        noted as up meanwhile is none that could rise (docs/quirks.md, Q13).

        Models: vgic-mmio.c, vgic_mmio_write_spending, which goes by memory.
        Locking: called with irq.irq_lock held.

        Decision: when a register write changes the physical side.
        """
        irq.irq_lock.assert_held()
        return not (irq.on_lr or irq.active)
