# SPDX-License-Identifier: GPL-2.0-only
"""ICC_SGI1R_EL1: a software-generated interrupt is sent to a vCPU."""

from vgic.accesses.kind import AccessKind
from vgic.data import FIRST_PPI, V3, Asks, Vcpu, VgicIrq
from vgic.kernel import Kernel

SGI = "sgi"


def _emulate(kernel: Kernel, vcpu: Vcpu, irq: VgicIrq, value: int) -> None:
    kernel.vgic_v3_dispatch_sgi(kernel.kvm.vcpus[value], irq.intid)


def _asks(value: int) -> Asks:
    return Asks(pends=True)


KIND = AccessKind(
    SGI,
    _emulate,
    _asks,
    intids=(0, FIRST_PPI - 1),
    names_vcpu=True,
    is_theirs=True,
    is_mmio=False,
    gic=V3,
)
