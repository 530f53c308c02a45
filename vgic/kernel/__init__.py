# SPDX-License-Identifier: GPL-2.0-only
"""The kernel's side: vGIC functions under the kernel's names, in one file for each topic.

`Kernel` (table.py) is the abstract table of what a kernel has to be able to do, `Mechanism` fills
it with the functions and decisions of all topics. Start at run.py and follow a vCPU through
entry.py, flush.py, switch.py, fold.py and prune.py; an interrupt comes in by inject.py and
queue.py.
"""

from vgic.kernel.added import Added
from vgic.kernel.contracts import CONTRACTS, Contract
from vgic.kernel.decisions import Decisions
from vgic.kernel.host_side import HostSide
from vgic.kernel.inject import EINVAL
from vgic.kernel.ioctl_side import IoctlSide
from vgic.kernel.its import EBUSY
from vgic.kernel.its_side import ItsSide
from vgic.kernel.judged_by import JudgedBy
from vgic.kernel.lpi_side import LpiSide
from vgic.kernel.mechanism import Mechanism
from vgic.kernel.on_gicv2 import OnGicV2
from vgic.kernel.register_side import RegisterSide
from vgic.kernel.summary import ApListSummary
from vgic.kernel.table import Kernel
from vgic.kernel.v2_side import V2Side

__all__ = [
    "CONTRACTS", "EBUSY", "EINVAL", "Added", "ApListSummary", "Contract", "Decisions",
    "HostSide", "IoctlSide", "ItsSide", "JudgedBy", "Kernel", "LpiSide", "Mechanism", "OnGicV2",
    "RegisterSide", "V2Side",
]  # fmt: skip
