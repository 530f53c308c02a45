# SPDX-License-Identifier: GPL-2.0-only
"""spis_miscounted: DIR is trapped by a count of shared interrupts that may be too low."""

from vgic.bugs.bug import Bug
from vgic.data import VgicIrq
from vgic.kernel import Mechanism
from vgic.revisions import CountsSpis, is_counted


class SpisMiscounted(Mechanism):
    """Shared interrupts in flight are counted, and DIR is trapped while there are any.

    One that is deactivated twice in one stay on a list is taken off twice, and whoever has filled
    its list registers before it heard of the first one does not trap either. Then a DIR finds
    nothing in the vCPU's own list registers, is not trapped, and is lost. As shipped since 6.19,
    found by this tool: docs/findings.md, F5. The count is kept by three decisions together, and
    vCPUs are told of it by a fourth.
    """

    is_first_in_flight = CountsSpis.is_first_in_flight
    announce_to_all = CountsSpis.announce_to_all
    traps_dir = CountsSpis.traps_dir

    def was_deactivated(self, irq: VgicIrq) -> None:
        """Take one off, as CountsSpis does; what else follows from an end is the revision's."""
        super().was_deactivated(irq)
        if is_counted(self, irq):
            self.kvm.dist.active_spis.dec_if_positive()


RECORD = Bug(
    name="spis_miscounted",
    cls=SpisMiscounted,
    found_as=("I14 EOIcount too high", "I13 stuck active"),
    guest_sees=True,
    date="2026-11",
    commit="1c3b3cadcd69",
    applies_to=("reference",),
)
