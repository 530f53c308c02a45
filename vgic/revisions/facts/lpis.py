# SPDX-License-Identifier: GPL-2.0-only
"""What generations do otherwise with LPIs: their active states, and references to them."""

from vgic.data import Vcpu, VgicIrq
from vgic.kernel import Mechanism


class KeepsLpiActive(Mechanism):
    """An LPI that its guest handles is active while that is left, as any other interrupt.

    With every active interrupt in a list register its end is seen there.
    """

    def keeps_lpi_active(self) -> bool:
        """Keep it."""
        return True


class MovesUnheld(Mechanism):
    """Prune has no reference of its own to what it is about to move, when it holds no lock.

    Who takes it off the list meanwhile may free it (CVE-2026-72288).
    """

    def holds_while_moving(self) -> bool:
        """Rely on that of the list."""
        return False


class DisablesRunning(Mechanism):
    """LPIs are taken off the list of a vCPU that may run with copies of them, and walk over them.

    Its fold makes them pending again, on no list; or its walk follows the links of one that is on
    no list, or is freed (3e2780713d77).
    """

    def halts_for_lpis(self) -> bool:
        """Halt nobody."""
        return False


class PutsFoundTranslation(Mechanism):
    """Who forgets a translation drops the reference of what he has seen in the cache.

    Two who do so at once drop it twice (CVE-2026-46316, mended by 13031fb6b835).
    """

    def puts_found_translation(self) -> bool:
        """Drop it, whoever has taken it out."""
        return True


class FlushesMovedLpis(Mechanism):
    """Whatever LPI is on the list is taken off, were it another vCPU's by now.

    It was moved while pending, and its vCPU never gets it: docs/findings.md, F15.
    """

    def leaves_moved_lpi(self, vcpu: Vcpu, irq: VgicIrq) -> bool:
        """Leave none."""
        return False


class FlushKeepsLatch(Mechanism):
    """What is taken off the list stays pending, on no list."""

    def clears_flushed_latch(self) -> bool:
        """Leave it as it is."""
        return False
