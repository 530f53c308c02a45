# SPDX-License-Identifier: GPL-2.0-only
"""lpi_mapped_twice: an LPI is mapped by two events, and goes where the first one had it go."""

from vgic.bugs.bug import Bug
from vgic.data import Lpi, Vcpu
from vgic.kernel import Mechanism


class LpiMappedTwice(Mechanism):
    """Whoever maps an event to an LPI that is there takes it as it is.

    So two events have it go to two vCPUs; and one that outlives its event on a list goes where it
    went before when it is mapped anew. Refused since 7.3.4.
    """

    def vgic_its_map_lpi(self, irq: Lpi, target: Vcpu | None) -> int:
        """Refuse nothing, and change nothing."""
        return 0


RECORD = Bug(
    name="lpi_mapped_twice",
    cls=LpiMappedTwice,
    found_as=("I37 LPI misrouted", "I38 mapped twice"),
    guest_sees=True,
    date="2026-11",
    applies_to=("reference", "linux-7.3"),
)
