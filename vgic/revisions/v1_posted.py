# SPDX-License-Identifier: GPL-2.0-only
"""v1-posted: the overflow split as it was posted in November 2025."""

from vgic.data import Vcpu, VgicIrq
from vgic.revisions.v1 import V1


class V1Posted(V1):
    """The seed exactly as posted (25/33): the list head is copied by value before the cut.

    The cut gives the AP-list a ring of its own, but nobody tells the tail of the overflow that it
    now belongs to another head: a forward walk of the overflow list runs on into the AP-list.
    """

    def split_ap_list(self, vcpu: Vcpu, last: VgicIrq) -> None:
        """Copy the head and cut it in two."""
        overflow = vcpu.vgic_cpu.overflow_ap_list_head
        overflow.copy_from(vcpu.vgic_cpu.ap_list_head)
        vcpu.vgic_cpu.ap_list_head.cut_position(overflow, last.ap_list)

    def leaves_guest_mode_before_sync(self) -> bool:
        """As every kernel did until September 2026."""
        return True

    def overflow_counts(self) -> bool:
        """As posted: maintenance interrupts go by the summary alone, see docs/findings.md."""
        return False
