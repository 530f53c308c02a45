# SPDX-License-Identifier: GPL-2.0-only
"""lpis_disabled_unhalted: LPIs are disabled while their vCPU is in its guest."""

from vgic.bugs.bug import Bug
from vgic.kernel import Mechanism


class LpisDisabledUnhalted(Mechanism):
    """Another vCPU takes LPIs off the list of one that may be in its guest.

    What is put aside there is not found, and stays. What is in a list register is folded back, and
    is pending on no list; or it is sent to another vCPU meanwhile, and is in two.
    """

    def halts_for_lpis(self) -> bool:
        """Halt nobody."""
        return False


RECORD = Bug(
    name="lpis_disabled_unhalted",
    cls=LpisDisabledUnhalted,
    found_as=(
        "I35 LPI kept",
        "I8 pending but not queued",
        "warning",
        "I4 list registers miscounted",
        "I29 list register differs",
        "list corruption",
    ),
    guest_sees=True,
    date="2026-09-29",
    mended_by="3e2780713d77",
    applies_to=("reference", "halting"),
)
