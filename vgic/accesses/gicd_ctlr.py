# SPDX-License-Identifier: GPL-2.0-only
"""GICD_CTLR: the distributor is turned on, or off; off, it forwards nothing that is pending."""

from vgic.accesses.kind import AccessKind
from vgic.data import Asks, Vcpu, VgicIrq
from vgic.kernel import Kernel

DISTRIBUTOR = "distributor"


def _emulate(kernel: Kernel, vcpu: Vcpu, irq: VgicIrq, value: int) -> None:
    """Do nothing: the access is about all interrupts."""


def _emulate_for_vm(kernel: Kernel, vcpu: Vcpu, value: int) -> None:
    if kernel.kvm.is_v2:
        kernel.vgic_mmio_write_v2_misc(bool(value))
    else:
        kernel.vgic_mmio_write_v3_misc(bool(value))


def _asks(value: int) -> Asks:
    return Asks(writes=False, of_all="off" if not value else "on")


KIND = AccessKind(
    DISTRIBUTOR,
    _emulate,
    _asks,
    intids=(0, 0),
    values=(0, 1),
    has_interrupt=False,
    emulate_for_vm=_emulate_for_vm,
)
