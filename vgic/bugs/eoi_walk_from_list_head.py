# SPDX-License-Identifier: GPL-2.0-only
"""eoi_walk_from_list_head: EOIcount is accounted to the AP-list."""

from harness import ListHead
from vgic.bugs.bug import Bug
from vgic.data import Vcpu, VgicIrq
from vgic.kernel import Mechanism


class EoiWalkFromListHead(Mechanism):
    """EOIcount's victims are looked for on the AP-list.

    What stands there had a list register, or arrived while the guest ran.
    """

    def eoicount_candidates(self, vcpu: Vcpu) -> ListHead[VgicIrq]:
        """Walk the wrong list."""
        return vcpu.vgic_cpu.ap_list_head


RECORD = Bug(
    name="eoi_walk_from_list_head",
    cls=EoiWalkFromListHead,
    found_as=("I13 stuck active",),
    guest_sees=True,
    date="2026-03-07",
    commit="3cfd59f81e0f",
    mended_by="6da5e537f5af",
    applies_to=("reference", "v1-posted"),
)
