# SPDX-License-Identifier: GPL-2.0-only
"""The VM as plain data: what the kernel's functions change and judges read.

`Kvm`, `Vcpu`, `VgicCpu`, `VgicDist` and `VgicIrq` follow the kernel's structs of these names.
lock_order.py has the locks and the order in which they are taken; program.py has what guests and
devices do, as values.
"""

from vgic.data.host_cpu import HostCpu
from vgic.data.intids import (
    EDGE,
    FIRST_PPI,
    FIRST_SPI,
    LAST_SPI,
    LEVEL,
    Config,
    irq_key,
    irq_name,
    is_private,
)
from vgic.data.program import (
    ACCESS,
    ACKNOWLEDGE,
    AWAIT,
    END,
    END_AGAIN,
    LETTERS,
    LINGER,
    NR_CELLS,
    SIGNAL,
    WORK,
    Asks,
    Exit,
    Instruction,
    Program,
    Pulse,
    RunsInGuestMode,
)
from vgic.data.vcpu import (
    EXITING_GUEST_MODE,
    IN_GUEST_MODE,
    KVM_REQ_IRQ_PENDING,
    KVM_REQ_SLEEP,
    KVM_REQ_VGIC_PROCESS_UPDATE,
    OUTSIDE_GUEST_MODE,
    Mode,
    Vcpu,
    VgicIrq,
    irq_is_pending,
)
from vgic.data.vm import Kvm

__all__ = [
    "ACCESS",
    "ACKNOWLEDGE",
    "AWAIT",
    "EDGE",
    "END",
    "END_AGAIN",
    "EXITING_GUEST_MODE",
    "FIRST_PPI",
    "FIRST_SPI",
    "IN_GUEST_MODE",
    "KVM_REQ_IRQ_PENDING",
    "KVM_REQ_SLEEP",
    "KVM_REQ_VGIC_PROCESS_UPDATE",
    "LAST_SPI",
    "LETTERS",
    "LEVEL",
    "LINGER",
    "NR_CELLS",
    "OUTSIDE_GUEST_MODE",
    "SIGNAL",
    "WORK",
    "Asks",
    "Config",
    "Exit",
    "HostCpu",
    "Instruction",
    "Kvm",
    "Mode",
    "Program",
    "Pulse",
    "RunsInGuestMode",
    "Vcpu",
    "VgicIrq",
    "irq_is_pending",
    "irq_key",
    "irq_name",
    "is_private",
]
