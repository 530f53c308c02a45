# SPDX-License-Identifier: GPL-2.0-only
"""GICD_SGIR with a target list: a GICv2 sends a software-generated interrupt to some vCPUs.

Each is told who has sent it.
"""

from vgic.accesses import sgi1r, sgi1r_list
from vgic.accesses.kind import AccessKind
from vgic.data import FIRST_PPI, NR_VCPUS_MAX, V2, Vcpu, VgicIrq
from vgic.kernel import Kernel

SGIR = "sgir"


def _emulate(kernel: Kernel, vcpu: Vcpu, irq: VgicIrq, value: int) -> None:
    kernel.vgic_mmio_write_sgir(vcpu, kernel.kvm.vcpus[value], irq.intid)


KIND = AccessKind(
    SGIR,
    _emulate,
    sgi1r.KIND.asks,
    intids=(0, FIRST_PPI - 1),
    values=range(1, 1 << NR_VCPUS_MAX),
    names_vcpus=True,
    targets=sgi1r_list.KIND.targets,
    gic=V2,
)
