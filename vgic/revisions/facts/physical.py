# SPDX-License-Identifier: GPL-2.0-only
"""What writes of registers do to the physical side of a mapped interrupt, in all that shipped."""

from harness.engine import unnamed
from vgic.data import VgicIrq
from vgic.kernel import Mechanism


class PhysicalByMemory(Mechanism):
    """Writes of registers go by what is in memory of a mapped interrupt, also while it is loaded.

    What its guest has taken looks as if nobody had it, and what it has ended as if somebody had. A
    line that is up is noted by who enables the interrupt, and once more by who takes the physical
    one: docs/quirks.md, Q13.
    """

    @unnamed
    def sample_enabled(self, irq: VgicIrq) -> None:
        """Read the line, and let the device come again if it has gone down meanwhile."""
        was_up, irq.line_level = irq.line_level, self.vgic_get_phys_line_level(irq)
        if was_up and not (irq.active or irq.line_level):
            self.vgic_irq_set_phys_active(irq, False)

    def keeps_device_out(self, irq: VgicIrq) -> bool:
        """Do not ask what software has pended."""
        return False

    def lets_device_come(self, irq: VgicIrq) -> bool:
        """Go by the active state in memory."""
        return not irq.active

    def physical_is_known(self, irq: VgicIrq) -> bool:
        """Take it for known."""
        return True
