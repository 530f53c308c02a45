# SPDX-License-Identifier: GPL-2.0-only
"""One interrupt goes into one list register."""

from harness import Failure
from vgic.data import EDGE, LEVEL, Vcpu, VgicIrq, irq_is_pending
from vgic.hardware import ListRegister
from vgic.kernel.table import Kernel


class Populate(Kernel):
    """vgic-v3.c: computing and filling list registers."""

    def vgic_v3_compute_lr(self, vcpu: Vcpu, irq: VgicIrq) -> ListRegister:
        """Say what a list register for this interrupt would hold, changing nothing.

        Models: vgic-v3.c, vgic_v3_compute_lr.
        Locking: called with irq.irq_lock held.
        Differs: no GICv2 SGI sources; only levels are mapped.
        """
        irq.irq_lock.assert_held()
        if irq.on_lr:
            self.scheduler.fail(
                Failure(
                    kind="warning",
                    message=f"{irq} is computed for a list register while it is in one",
                    functions=("vgic_v3_compute_lr",),
                )
            )
        level = irq.config is LEVEL
        # Pending and active at once would break the software resampling of a level.
        pending = irq_is_pending(irq) and not (level and irq.active)
        lr = ListRegister(irq.intid, pending, irq.active, level, irq.group, irq.priority)
        if irq.physical is not None and not self.vgic_irq_needs_resampling(irq):
            # Its end brings the device back by itself, and nobody has to hear of it.
            lr.hw, lr.eoi = irq.physical, False
        return lr

    def vgic_v3_populate_lr(self, vcpu: Vcpu, irq: VgicIrq, lr: int) -> None:
        """Fill a shadow list register; an edge's pending state moves into it.

        Models: vgic.c, vgic_populate_lr; vgic-v3.c, vgic_v3_populate_lr.
        Locking: called with irq.irq_lock held.
        """
        irq.irq_lock.assert_held()
        value = self.vgic_v3_compute_lr(vcpu, irq)
        if value.pending:
            irq.pended_since_load = False
            if irq.config is EDGE:
                irq.pending_latch = False
            elif irq.physical is not None:
                irq.line_level = False  # only rises are heard of: the fold reads it again
        vcpu.vgic_cpu.vgic_lr[lr] = value
        irq.on_lr = True
        self.scheduler.note("load", str(value), "into lr", lr)

    def vgic_v3_clear_lr(self, vcpu: Vcpu, lr: int) -> None:
        """Empty a shadow list register.

        Models: vgic-v3.c, vgic_v3_clear_lr.
        Locking: called with ap_list_lock held.
        """
        vcpu.vgic_cpu.ap_list_lock.assert_held()
        vcpu.vgic_cpu.vgic_lr[lr].clear()
