# SPDX-License-Identifier: GPL-2.0-only
"""movall_moves_all: MOVALL takes no notice of where an LPI goes."""

from vgic.bugs.bug import Bug
from vgic.data import Lpi, Vcpu
from vgic.kernel import Mechanism


class MovallMovesAll(Mechanism):
    """Every LPI of the VM is moved to the vCPU that MOVALL names second, whosever it was.

    Guests with a third vCPU see its LPIs come elsewhere.
    """

    def is_moved_from(self, irq: Lpi, source: Vcpu) -> bool:
        """Move it."""
        return True


RECORD = Bug(
    name="movall_moves_all",
    cls=MovallMovesAll,
    found_as=("I37 LPI misrouted",),
    guest_sees=True,
    date="2026-09-29",
    commit="11f4f8f3e6e0",
    mended_by="751f4641560b",
    applies_to=("reference", "halting", "linux-7.3"),
)
