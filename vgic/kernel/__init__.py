# SPDX-License-Identifier: GPL-2.0-only
"""TODO."""

from vgic.kernel.flush import Flush
from vgic.kernel.fold import Fold
from vgic.kernel.hcr import ConfigureHcr
from vgic.kernel.init import Init
from vgic.kernel.inject import Inject
from vgic.kernel.kick import Kick
from vgic.kernel.mmio import Mmio
from vgic.kernel.populate import Populate
from vgic.kernel.prune import Prune
from vgic.kernel.queue import Queue
from vgic.kernel.run import Run
from vgic.kernel.sort import Sort
from vgic.kernel.switch import Switch
from vgic.kernel.table import Kernel
from vgic.kernel.target import Target

__all__ = [
    "ConfigureHcr",
    "Flush",
    "Fold",
    "Init",
    "Inject",
    "Kernel",
    "Kick",
    "Mmio",
    "Populate",
    "Prune",
    "Queue",
    "Run",
    "Sort",
    "Switch",
    "Target",
]
