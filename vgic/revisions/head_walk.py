# SPDX-License-Identifier: GPL-2.0-only
"""head-walk: 6.19, one list and an EOIcount walk from its head."""

from harness import ListHead
from vgic.data import Vcpu, VgicIrq
from vgic.revisions.revision import Revision
from vgic.revisions.upstream import OutsideBeforeSync, SummaryAlone


class HeadWalk(OutsideBeforeSync, SummaryAlone):
    """6.19 (3cfd59f81e0f): the overflow list was dropped as not worth its while.

    So EOIcount's victims are looked for from the head of the one list, where an interrupt stands
    that had a list register and was acknowledged after the counted one was ended. Found by
    guests that hang, and mended in March 2026 (6da5e537f5af).
    """

    never_crosses = frozenset({"split"})

    def split_ap_list(self, vcpu: Vcpu, last: VgicIrq) -> None:
        """Leave the list in one piece."""

    def eoicount_candidates(self, vcpu: Vcpu) -> ListHead[VgicIrq]:
        """Walk the one list from its head."""
        return vcpu.vgic_cpu.ap_list_head


RECORD = Revision(
    name="head-walk",
    cls=HeadWalk,
    kernel="6.19",
    date="2025-11-24",
    commit="3cfd59f81e0f",
    mended_by="6da5e537f5af",
    found_as=("I13 stuck active",),
)
