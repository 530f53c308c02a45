# SPDX-License-Identifier: GPL-2.0-only
"""active_read_without_sync: an active state is read from memory while a list register has it."""

from vgic.bugs.bug import Bug
from vgic.data import Vcpu, VgicIrq
from vgic.kernel import Mechanism


class ActiveReadWithoutSync(Mechanism):
    """The read of ISACTIVER up to April 2020: writes halt the VM, and reads do not.

    What another vCPU's guest has acknowledged since that was entered reads as not active, and what
    it has ended as active.
    """

    def vgic_mmio_read_active(self, vcpu: Vcpu, irq: VgicIrq) -> bool:
        """Read what was folded last."""
        return irq.active


RECORD = Bug(
    name="active_read_without_sync",
    cls=ActiveReadWithoutSync,
    found_as=("I31 wrong read",),
    guest_sees=True,
    date="2020-04",
)
