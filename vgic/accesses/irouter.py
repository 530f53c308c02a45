# SPDX-License-Identifier: GPL-2.0-only
"""GICD_IROUTER: a shared interrupt is routed to a vCPU."""

from vgic.accesses.kind import AccessKind
from vgic.data import FIRST_SPI, LAST_SPI, V3, Asks, Vcpu, VgicIrq
from vgic.kernel import Kernel

ROUTE = "route"


def _emulate(kernel: Kernel, vcpu: Vcpu, irq: VgicIrq, value: int) -> None:
    kernel.vgic_mmio_write_irouter(irq, kernel.kvm.vcpus[value])


def _asks(value: int) -> Asks:
    return Asks(field="target_vcpu", value=value)


KIND = AccessKind(ROUTE, _emulate, _asks, intids=(FIRST_SPI, LAST_SPI), names_vcpu=True, gic=V3)
