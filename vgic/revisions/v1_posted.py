# SPDX-License-Identifier: GPL-2.0-only
"""v1-posted: the overflow split as it was posted in November 2025."""

from vgic.data import Vcpu, VgicIrq
from vgic.revisions.revision import Revision
from vgic.revisions.upstream import OutsideBeforeSync, SummaryAlone


class V1Posted(OutsideBeforeSync, SummaryAlone):
    """The seed exactly as posted (25/33): the list head is copied by value before the cut.

    The cut gives the AP-list a ring of its own, but the tail of the overflow goes on pointing at
    the AP-list's head: a forward walk of the overflow list runs on into the AP-list.
    """

    def split_ap_list(self, vcpu: Vcpu, last: VgicIrq) -> None:
        """Copy the head and cut it in two."""
        overflow = vcpu.vgic_cpu.overflow_ap_list_head
        overflow.copy_from(vcpu.vgic_cpu.ap_list_head)
        vcpu.vgic_cpu.ap_list_head.cut_position(overflow, last.ap_list)


RECORD = Revision(
    name="v1-posted",
    cls=V1Posted,
    date="2025-11-03",
    found_as=("list corruption",),
)
