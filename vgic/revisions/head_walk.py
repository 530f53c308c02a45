# SPDX-License-Identifier: GPL-2.0-only
"""head-walk: 6.19, one list and an EOIcount walk from its head."""

from harness import ListHead
from vgic.data import Vcpu, VgicIrq
from vgic.revisions.v1 import V1


class HeadWalk(V1):
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

    def leaves_guest_mode_before_sync(self) -> bool:
        """As every kernel did until September 2026."""
        return True

    def overflow_counts(self) -> bool:
        """As posted: maintenance interrupts go by the summary alone, see docs/findings.md."""
        return False
