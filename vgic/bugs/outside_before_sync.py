# SPDX-License-Identifier: GPL-2.0-only
"""outside_before_sync: a vCPU is outside, for others, while its list registers are to be folded."""

from vgic.bugs.bug import Bug
from vgic.kernel import Mechanism
from vgic.revisions import OutsideBeforeSync


class OutsideTooEarly(Mechanism):
    """The way out of the guest up to September 2026 (mended by 499ddfc539bf).

    Who halts the VM sees the vCPU outside and does not wait for it. What he then writes of an
    active state is overwritten by the fold that is still to come.
    """

    leaves_guest_mode_before_sync = OutsideBeforeSync.leaves_guest_mode_before_sync


RECORD = Bug(
    name="outside_before_sync",
    cls=OutsideTooEarly,
    found_as=("I17 halted too early",),
    guest_sees=True,
    date="2026-09-29",
    mended_by="499ddfc539bf",
    applies_to=("halting", "linux-7.3", "reference"),
)
