# SPDX-License-Identifier: GPL-2.0-only
"""ICC_SGI1R_EL1 with IRM set: a software-generated interrupt is sent to all vCPUs but this one."""

from collections.abc import Sequence

from vgic.accesses import sgi1r
from vgic.accesses.kind import AccessKind
from vgic.data import FIRST_PPI, V3

SGI_OTHERS = "sgi others"


def _targets(value: int, vcpu: int, nr_vcpus: int) -> Sequence[int]:
    return [number for number in range(nr_vcpus) if number != vcpu]


KIND = AccessKind(
    SGI_OTHERS,
    sgi1r.KIND.emulate,
    sgi1r.KIND.asks,
    intids=(0, FIRST_PPI - 1),
    targets=_targets,
    is_mmio=False,
    gic=V3,
)
