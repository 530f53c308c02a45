# SPDX-License-Identifier: GPL-2.0-only
"""lpi_put_under_list_lock: an LPI is released while the lock of its list is held."""

from harness.engine import unnamed
from vgic.bugs.bug import Bug
from vgic.data import VgicIrq
from vgic.kernel import Mechanism


class LpiPutUnderListLock(Mechanism):
    """Prune drops a reference that may be the last with its list's lock held.

    That takes the lock of the table of LPIs, which is taken before any list's, and sleeps on
    PREEMPT_RT. Mended in 6.17, by a release that waits.
    """

    @unnamed
    def put_listed(self, irq: VgicIrq) -> bool:
        """Drop it at once."""
        self.vgic_put_irq(irq)
        return False


RECORD = Bug(
    name="lpi_put_under_list_lock",
    cls=LpiPutUnderListLock,
    found_as=(
        "invalid wait context",
        "lock order",
    ),
    guest_sees=False,
    date="2025-09",
)
