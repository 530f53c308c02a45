# SPDX-License-Identifier: GPL-2.0-only
"""What generations do otherwise in an ITS: what is mapped, moved and cleared."""

from harness.engine import unnamed
from vgic.data import Lpi, Vcpu
from vgic.kernel import Mechanism


class MapsAnyLpi(Mechanism):
    """An LPI is mapped by any number of events, each of which has a reference.

    One that outlives its events, on a list, goes where it went when it is mapped again.
    """

    def vgic_its_map_lpi(self, irq: Lpi, target: Vcpu | None) -> int:
        """Refuse nothing, and change nothing."""
        return 0


class MovesAllLpis(Mechanism):
    """MOVALL moves every LPI of the VM, wherever it goes (mended by 751f4641560b)."""

    def is_moved_from(self, irq: Lpi, source: Vcpu) -> bool:
        """Move it."""
        return True


class MovesAllRunning(Mechanism):
    """MOVALL moves LPIs that vCPUs prune meanwhile, which start anew each time (3a8111254482)."""

    def halts_for_movall(self) -> bool:
        """Halt nobody."""
        return False


class ClearsUnlocked(Mechanism):
    """CLEAR takes the pending state away at any time, whoever has the interrupt locked."""

    @unnamed
    def clear_pending(self, irq: Lpi) -> None:
        """Take no lock."""
        irq.pending_latch = False
        self.scheduler.note("clear", irq.name)
