# SPDX-License-Identifier: GPL-2.0-only
"""What guests access: registers of the distributor and of the CPU interface, and devices.

One file an access: its values, the kernel function it calls, what judges ask of it, and what a
shrinker has to know of it, as plain data. So an access is one file and one row in access.py.
"""

from harness.engine import observes
from vgic.accesses.access import ACCESSES, Access
from vgic.accesses.device import QUIESCE
from vgic.accesses.icenabler import DISABLE
from vgic.accesses.icpendr import UNPEND
from vgic.accesses.irouter import ROUTE
from vgic.accesses.isenabler import ENABLE
from vgic.accesses.ispendr import PEND
from vgic.accesses.sgi1r import SGI

__all__ = [
    "ACCESSES", "DISABLE", "ENABLE", "PEND", "QUIESCE", "ROUTE", "SGI", "UNPEND", "Access",
]  # fmt: skip

# An access only passes on to a kernel function, which is what reports name.
observes(__name__)
