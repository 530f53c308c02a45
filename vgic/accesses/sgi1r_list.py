# SPDX-License-Identifier: GPL-2.0-only
"""ICC_SGI1R_EL1 with a target list: a software-generated interrupt is sent to several vCPUs."""

from collections.abc import Sequence

from vgic.accesses import sgi1r
from vgic.accesses.kind import AccessKind
from vgic.data import FIRST_PPI, NR_VCPUS_MAX, V3

SGI_LIST = "sgi list"


def _targets(value: int, vcpu: int, nr_vcpus: int) -> Sequence[int]:
    """Return the vCPUs whose bits are set; those that are not there are sent nothing."""
    return [number for number in range(nr_vcpus) if value >> number & 1]


KIND = AccessKind(
    SGI_LIST,
    sgi1r.KIND.emulate,
    sgi1r.KIND.asks,
    intids=(0, FIRST_PPI - 1),
    values=range(1, 1 << NR_VCPUS_MAX),
    names_vcpus=True,
    targets=_targets,
    is_mmio=False,
    gic=V3,
)
