# SPDX-License-Identifier: GPL-2.0-only
"""eoi_walk_from_list_head: EOIcount is accounted to the AP-list."""

from harness import ListHead
from vgic.data import Vcpu, VgicIrq
from vgic.revisions import V1


class EoiWalkFromListHead(V1):
    """EOIcount's victims are looked for on the AP-list.

    What stands there had a list register, or arrived while the guest ran.
    """

    def eoicount_candidates(self, vcpu: Vcpu) -> ListHead[VgicIrq]:
        """Walk the wrong list."""
        return vcpu.vgic_cpu.ap_list_head
