# SPDX-License-Identifier: GPL-2.0-only
"""The hardware between host and guest: list registers and the virtual CPU interface.

It knows no kernel and no guest: what a guest reads and writes, what that does to the registers, and
when a maintenance interrupt is asserted, is the architecture's.
"""

from vgic.hardware.cpuif import IDLE_PRIORITY, SPURIOUS, CpuInterface
from vgic.hardware.list_registers import PRIORITY_MASK, Hcr, ListRegister, Vmcr

__all__ = [
    "IDLE_PRIORITY", "PRIORITY_MASK", "SPURIOUS", "CpuInterface", "Hcr", "ListRegister", "Vmcr",
]  # fmt: skip
