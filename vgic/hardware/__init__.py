# SPDX-License-Identifier: GPL-2.0-only
"""The hardware between host and guest: list registers and the virtual CPU interface.

It knows no kernel and no guest: what a guest reads and writes, what that does to the registers, and
when a maintenance interrupt is asserted, is the architecture's. No function of it is under test:
what one does is credited to the kernel function, or the guest, that accesses the register.
"""

from harness.engine import observes
from vgic.hardware.cpuif import (
    FIRST_LPI,
    IDLE_PRIORITY,
    PLAIN,
    SPURIOUS,
    CpuInterface,
    Implementation,
)
from vgic.hardware.list_registers import (
    PRIORITY_MASK,
    PRIORITY_SIGNALLED_MAX,
    Hcr,
    ListRegister,
)
from vgic.hardware.physical import PhysicalInterrupt
from vgic.hardware.v2_registers import V2ListRegister
from vgic.hardware.vmcr import BPR_MAX, BPR_MIN, Vmcr

__all__ = [
    "BPR_MAX", "BPR_MIN", "FIRST_LPI", "IDLE_PRIORITY", "PLAIN", "PRIORITY_MASK",
    "PRIORITY_SIGNALLED_MAX", "SPURIOUS", "CpuInterface", "Hcr", "Implementation", "ListRegister",
    "PhysicalInterrupt", "V2ListRegister", "Vmcr",
]  # fmt: skip

observes(__name__)
