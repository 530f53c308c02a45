# SPDX-License-Identifier: GPL-2.0-only
"""What a guest sets on its CPU interface: mask, groups, binary points, and how it ends interrupts.

None of it exits: the host learns of it at the next exit, or by a maintenance interrupt where it has
asked for one. A binary point says how much of a priority counts for preemption: what differs in the
rest alone does not interrupt each other's handlers.
"""

from vgic.hardware.list_registers import PRIORITY_MASK

BPR_MIN = (2, 3)
"""The least binary point of each group with five bits of priority: all of them count."""
BPR_MAX = 7


class Vmcr:
    """The guest's view of its CPU interface (ICH_VMCR_EL2).

    Attributes:
        pmr: only interrupts of a priority value below this are signalled. It is wide open out of
            reset here: a guest writes 0xff, and five bits of that are implemented. So one of 0xf8
            never is.
        group_enabled: per group.
        eoi_drops_only: a write of EOIR drops the priority and leaves the interrupt active, until
            DIR deactivates it (EOImode 1).
        bpr: the binary point of each group.
        common_bpr: that of group 0 counts for both (CBPR).
    """

    __slots__ = ("_masks", "bpr", "common_bpr", "eoi_drops_only", "group_enabled", "pmr")

    def __init__(self) -> None:
        self.pmr = PRIORITY_MASK
        self.group_enabled = (True, True)
        self.eoi_drops_only = False
        self.bpr = BPR_MIN
        self.common_bpr = False
        self._masks = (PRIORITY_MASK, PRIORITY_MASK)

    def set_binary_points(self, bpr: tuple[int, int], *, common: bool) -> None:
        """Write both binary points; what is below the least there is counts as that.

        Args:
            bpr: that of group 0 and that of group 1.
            common: that of group 0 counts for both: one more than it, and 7 at most, for group 1.
        """
        self.bpr = (max(bpr[0], BPR_MIN[0]), max(bpr[1], BPR_MIN[1]))
        self.common_bpr = common
        ones = min(self.bpr[0] + 1, BPR_MAX) if common else self.bpr[1]
        self._masks = (0xFF << (self.bpr[0] + 1) & 0xFF, 0xFF << ones & 0xFF)

    def group_priority(self, group: int, priority: int) -> int:
        """Return the part of a priority that counts for preemption."""
        return priority & self._masks[group]

    def open_up(self) -> None:
        """Let in everything that any guest can be given."""
        self.pmr = PRIORITY_MASK
        self.group_enabled = (True, True)
