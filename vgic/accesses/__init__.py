# SPDX-License-Identifier: GPL-2.0-only
"""What guests access: registers of the distributor and of the CPU interface, and devices.

One file an access: its values, the kernel function it calls, what judges ask of it, and what a
shrinker has to know of it, as plain data. So an access is one file and one row in access.py.
"""

from harness.engine import observes
from vgic.accesses.access import ACCESSES, Access
from vgic.accesses.clear import CLEAR
from vgic.accesses.device import QUIESCE
from vgic.accesses.discard import DISCARD
from vgic.accesses.exit_count import EXITS
from vgic.accesses.gicd_ctlr import DISTRIBUTOR
from vgic.accesses.gicd_sgir import SGIR
from vgic.accesses.gicd_sgir_others import SGIR_OTHERS
from vgic.accesses.gicd_sgir_self import SGIR_SELF
from vgic.accesses.gicv_dir import DIR_PAGE
from vgic.accesses.icactiver import DEACTIVATE
from vgic.accesses.icc_dir import TRAPPED_DIR
from vgic.accesses.icenabler import DISABLE
from vgic.accesses.icfgr import TRIGGER
from vgic.accesses.icpendr import UNPEND
from vgic.accesses.igroupr import GROUP
from vgic.accesses.int_command import INT
from vgic.accesses.inv import INV
from vgic.accesses.invall import INVALL
from vgic.accesses.ipriorityr import PRIORITY
from vgic.accesses.irouter import ROUTE
from vgic.accesses.isactiver import ACTIVATE
from vgic.accesses.isactiver_read import ACTIVE
from vgic.accesses.isenabler import ENABLE
from vgic.accesses.ispendr import PEND
from vgic.accesses.ispendr_read import PENDING
from vgic.accesses.itargetsr import TARGETS
from vgic.accesses.line import drive, drive_from, send
from vgic.accesses.line_lower import LOWER
from vgic.accesses.line_raise import RAISE
from vgic.accesses.lpis_off import LPIS_OFF
from vgic.accesses.lpis_on import LPIS_ON
from vgic.accesses.mapc import MAPC
from vgic.accesses.mapc_off import MAPC_OFF
from vgic.accesses.mapd import MAPD
from vgic.accesses.mapd_off import MAPD_OFF
from vgic.accesses.mapi import MAPI
from vgic.accesses.mapti import MAPTI
from vgic.accesses.movall import MOVALL
from vgic.accesses.movi import MOVI
from vgic.accesses.msi import MSI
from vgic.accesses.rebind import REBIND
from vgic.accesses.sgi1r import SGI
from vgic.accesses.sgi1r_list import SGI_LIST
from vgic.accesses.sgi1r_others import SGI_OTHERS

__all__ = [
    "ACCESSES", "ACTIVATE", "ACTIVE", "CLEAR", "DEACTIVATE", "DIR_PAGE", "DISABLE", "DISCARD",
    "DISTRIBUTOR", "ENABLE", "EXITS", "GROUP", "INT", "INV", "INVALL", "LOWER", "LPIS_OFF",
    "LPIS_ON", "MAPC", "MAPC_OFF", "MAPD", "MAPD_OFF", "MAPI", "MAPTI", "MOVALL", "MOVI", "MSI",
    "PEND", "PENDING", "PRIORITY", "QUIESCE", "RAISE", "REBIND", "ROUTE", "SGI", "SGIR",
    "SGIR_OTHERS", "SGIR_SELF", "SGI_LIST", "SGI_OTHERS", "TARGETS", "TRAPPED_DIR", "TRIGGER",
    "UNPEND", "Access", "drive", "drive_from", "send",
]  # fmt: skip

# An access only passes on to a kernel function, which is what reports name.
observes(__name__)
