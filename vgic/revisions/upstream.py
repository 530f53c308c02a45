# SPDX-License-Identifier: GPL-2.0-only
"""What released kernels do otherwise than the reference, once for all revisions that share it."""

from vgic.kernel import Mechanism


class OutsideBeforeSync(Mechanism):
    """The way out of the guest as every kernel had it until September 2026."""

    def leaves_guest_mode_before_sync(self) -> bool:
        """Let others see the vCPU outside while its list registers are still to be folded."""
        return True


class SummaryAlone(Mechanism):
    """Maintenance interrupts as 6.19 and the posted series have them, see docs/findings.md, F1."""

    def overflow_counts(self) -> bool:
        """Go by the summary, whatever the walk has found since."""
        return False
