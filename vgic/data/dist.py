# SPDX-License-Identifier: GPL-2.0-only
"""The distributor as plain data: what is shared by all vCPUs of a VM.

`VgicDist` follows the kernel's struct of this name.
"""

from harness import Atomic, Scheduler
from harness.engine import operations
from vgic.data.lpis import LpiTable
from vgic.data.vcpu import VgicIrq


class VgicDist:
    """The distributor (struct vgic_dist).

    Attributes:
        enabled: GICD_CTLR lets interrupts through.
        active_spis: how many shared interrupts may be active, where that is counted: from the
            first on every vCPU traps DIR.
        is_turned: some guest turns it on or off, so that who looks at `enabled` depends on that.
        spis: the shared interrupts by INTID, but for LPIs.
        lpis: the table of LPIs, None where there are none.
    """

    __slots__ = (
        "_read", "_scheduler", "_write", "active_spis", "enabled", "is_turned", "lpis", "spis",
    )  # fmt: skip

    def __init__(self, scheduler: Scheduler) -> None:
        self._scheduler = scheduler
        self._read, self._write = operations("enabled", "enabled[vm]", "read", "write")
        self.enabled = True
        self.is_turned = False
        self.active_spis = Atomic(scheduler, "active_spis", "vm")
        self.spis: dict[int, VgicIrq] = {}
        self.lpis: LpiTable | None = None

    def forwards(self) -> bool:
        """Tell whether it is on: a plain read."""
        if self.is_turned:
            self._scheduler.touch(self._read)
        return self.enabled

    def turn(self, *, on: bool) -> None:
        """Turn it on or off: a plain write."""
        self.is_turned = True
        self._scheduler.touch(self._write)
        self.enabled = on

    def mask_is_saved(self) -> None:
        """Say that a vCPU's mask is saved, by which it may be told when this is turned on."""
        if self.is_turned:
            self._scheduler.touch(self._write)
