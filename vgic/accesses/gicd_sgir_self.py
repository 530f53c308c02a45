# SPDX-License-Identifier: GPL-2.0-only
"""GICD_SGIR to the sender alone: a vCPU sends a software-generated interrupt to itself."""

from collections.abc import Sequence

from vgic.accesses import gicd_sgir
from vgic.accesses.kind import AccessKind
from vgic.data import FIRST_PPI, V2

SGIR_SELF = "sgir self"


def _targets(value: int, vcpu: int, nr_vcpus: int) -> Sequence[int]:
    return (vcpu,)


KIND = AccessKind(
    SGIR_SELF,
    gicd_sgir.KIND.emulate,
    gicd_sgir.KIND.asks,
    intids=(0, FIRST_PPI - 1),
    targets=_targets,
    gic=V2,
)
