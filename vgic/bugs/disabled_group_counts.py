# SPDX-License-Identifier: GPL-2.0-only
"""disabled_group_counts: a vCPU comes back for what its guest has disabled the group of."""

from vgic.bugs.bug import Bug
from vgic.kernel import Mechanism
from vgic.revisions import CountsDisabledGroups


class DisabledGroupCounts(Mechanism):
    """What is pending in a group that the guest has disabled makes the vCPU come back for it.

    With all list registers active it comes back at once, over and over, and its guest gets nowhere.
    As shipped since 6.19, found by this tool: docs/findings.md, F6.
    """

    sets_aside_disabled = CountsDisabledGroups.sets_aside_disabled


RECORD = Bug(
    name="disabled_group_counts",
    cls=DisabledGroupCounts,
    found_as=("I24 exit at entry",),
    guest_sees=True,
    date="2026-11",
    applies_to=("reference",),
)
