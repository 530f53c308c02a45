# SPDX-License-Identifier: GPL-2.0-only
"""A VM with a GICv2: its list registers, and SGIs that several vCPUs have sent.

An SGI of GICv2 tells its guest who has sent it. So there is one to present for each sender, and
only one of them can be in a list register at a time: they have one INTID.
"""

from vgic.data.vcpu import VgicIrq, irq_is_pending
from vgic.data.vm import Kvm
from vgic.hardware import V2ListRegister

V3, V2 = GICS = ("v3", "v2")
"""The interrupt controllers that a machine can have."""


def have_gicv2(kvm: Kvm) -> None:
    """Give a VM that has not run yet a GICv2."""
    kvm.is_v2 = True
    for vcpu in kvm.vcpus:
        vcpu.vgic_cpu.vgic_lr = [V2ListRegister() for _ in range(kvm.nr_lr)]
        vcpu.cpuif.lrs = [V2ListRegister() for _ in range(kvm.nr_lr)]


def lr_count(irq: VgicIrq) -> int:
    """Return how many list registers an interrupt would take, if all of it could be in some.

    Models: vgic.h, vgic_irq_get_lr_count.
    """
    if irq.source:
        return irq.source.bit_count() + irq.active
    return int(irq.active or irq_is_pending(irq))


def first_source(sources: int) -> int:
    """Return the vCPU of the lowest bit that is set."""
    return (sources & -sources).bit_length() - 1
