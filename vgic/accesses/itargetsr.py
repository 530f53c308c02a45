# SPDX-License-Identifier: GPL-2.0-only
"""GICD_ITARGETSR: a shared interrupt of a GICv2 is routed to one of some vCPUs.

The kernel takes the first of them that is there, and vCPU 0 where there is none.
"""

from vgic.accesses.kind import AccessKind
from vgic.data import FIRST_SPI, LAST_SPI, NR_VCPUS_MAX, V2, Asks, Vcpu, VgicIrq, first_source
from vgic.kernel import Kernel

TARGETS = "targets"


def _emulate(kernel: Kernel, vcpu: Vcpu, irq: VgicIrq, value: int) -> None:
    kernel.vgic_mmio_write_target(irq, value)


def _asks(value: int) -> Asks:
    return Asks(field="target_vcpu", value=first_source(value) if value else 0)


KIND = AccessKind(
    TARGETS,
    _emulate,
    _asks,
    intids=(FIRST_SPI, LAST_SPI),
    names_vcpus=True,
    values=range(1 << NR_VCPUS_MAX),
    gic=V2,
)
