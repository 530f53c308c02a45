# SPDX-License-Identifier: GPL-2.0-only
"""TODO."""

from vgic.hardware.cpuif import SPURIOUS, CpuInterface
from vgic.hardware.list_registers import PRIORITY_MASK, Hcr, ListRegister, Vmcr

__all__ = ["PRIORITY_MASK", "SPURIOUS", "CpuInterface", "Hcr", "ListRegister", "Vmcr"]
