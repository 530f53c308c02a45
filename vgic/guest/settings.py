# SPDX-License-Identifier: GPL-2.0-only
"""What a guest sets on its own CPU interface: no exit, and no word to anybody."""

from vgic.data import (
    BINARY_POINT_0,
    BINARY_POINT_1,
    COMMON_BINARY_POINT,
    DISABLE_GROUP,
    ENABLE_GROUP,
    EOI_MODE,
    MASK,
)
from vgic.hardware import Vmcr


def write_setting(vmcr: Vmcr, name: str, number: int) -> None:
    """Write ICC_PMR, ICC_IGRPEN, ICC_BPR or ICC_CTLR.

    While that of group 0 counts for both, a write of the binary point of group 1 is ignored.

    Args:
        vmcr: the guest's CPU interface.
        name: the name of the instruction.
        number: what it writes, or for which group.
    """
    if name == MASK:
        vmcr.pmr = number
    elif name in (ENABLE_GROUP, DISABLE_GROUP):
        enabled = list(vmcr.group_enabled)
        enabled[number] = name == ENABLE_GROUP
        vmcr.group_enabled = (enabled[0], enabled[1])
    elif name == EOI_MODE:
        vmcr.eoi_drops_only = bool(number)
    elif name == COMMON_BINARY_POINT:
        vmcr.set_binary_points(vmcr.bpr, common=bool(number))
    elif name == BINARY_POINT_0:
        vmcr.set_binary_points((number, vmcr.bpr[1]), common=vmcr.common_bpr)
    elif name == BINARY_POINT_1 and not vmcr.common_bpr:
        vmcr.set_binary_points((vmcr.bpr[0], number), common=vmcr.common_bpr)
