# SPDX-License-Identifier: GPL-2.0-only
"""GICD_SGIR that filters the sender out: a software-generated interrupt for all other vCPUs."""

from vgic.accesses import gicd_sgir, sgi1r_others
from vgic.accesses.kind import AccessKind
from vgic.data import FIRST_PPI, V2

SGIR_OTHERS = "sgir others"

KIND = AccessKind(
    SGIR_OTHERS,
    gicd_sgir.KIND.emulate,
    gicd_sgir.KIND.asks,
    intids=(0, FIRST_PPI - 1),
    targets=sgi1r_others.KIND.targets,
    gic=V2,
)
