# SPDX-License-Identifier: GPL-2.0-only
"""GICV_DIR: the guest of a GICv2 deactivates what it has dropped the priority of.

It is always trapped. What is written of an SGI says who has sent it.
"""

from vgic.accesses import icc_dir
from vgic.accesses.kind import AccessKind
from vgic.data import NR_VCPUS_MAX, V2, Vcpu, VgicIrq
from vgic.kernel import Kernel

DIR_PAGE = "dir page"


def _emulate(kernel: Kernel, vcpu: Vcpu, irq: VgicIrq, value: int) -> None:
    kernel.vgic_v2_deactivate(vcpu, irq.intid, value)


KIND = AccessKind(
    DIR_PAGE,
    _emulate,
    icc_dir.KIND.asks,
    values=range(NR_VCPUS_MAX),
    in_programs=False,
    gic=V2,
)
