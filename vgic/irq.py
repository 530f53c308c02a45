# SPDX-License-Identifier: GPL-2.0-only
"""One interrupt: struct vgic_irq as plain data, and the predicate everybody asks."""

from enum import Enum
from typing import TYPE_CHECKING

from harness import LockClass, LockOrder, Node, SpinLock

if TYPE_CHECKING:
    from vgic.vm import Vcpu

FIRST_PPI = 16
FIRST_SPI = 32
LAST_SPI = 1019
PRIORITY_MASK = 0xF8
"""The bits of a priority byte that the emulated distributor implements."""


class Config(Enum):
    """How an interrupt is triggered (VGIC_CONFIG_EDGE, VGIC_CONFIG_LEVEL)."""

    EDGE = "edge"
    LEVEL = "level"


EDGE, LEVEL = Config
"""By themselves: reaching into an Enum costs more than what is done with it."""


def is_private(intid: int) -> bool:
    """Tell whether each vCPU has an interrupt of its own with this INTID (SGIs and PPIs)."""
    return intid < FIRST_SPI


def irq_name(intid: int, vcpu_id: int) -> str:
    """Return what reports call an interrupt, with its vCPU where it is private."""
    if not is_private(intid):
        return f"spi {intid}"
    return f"{'sgi' if intid < FIRST_PPI else 'ppi'} {intid} of vcpu {vcpu_id}"


class VgicIrq:
    """An interrupt: SGI, PPI or SPI (include/kvm/arm_vgic.h, struct vgic_irq).

    Differs: no LPIs, so no reference count; nothing mapped to a physical interrupt.

    Attributes:
        irq_lock: guards all of the below.
        ap_list: its link; on exactly one vCPU's lists or on none.
        vcpu: the vCPU whose lists it is on, None if on none.
        target_vcpu: where it is routed to; for a private one the vCPU it belongs to.
        line_level: the input line, for level-triggered ones.
        pending_latch: pending for edge-triggered ones; moves into the LR at flush.
        active: the guest has acknowledged and not yet deactivated it; stale while it is in an LR.
        enabled: the guest wants it.
        on_lr: it is in a list register, from populate to fold.
        priority: 0 is the most urgent; multiples of 8.
        group: 0 or 1.
        config: edge or level.
    """

    __slots__ = (
        "active", "ap_list", "config", "enabled", "group", "intid", "irq_lock", "line_level",
        "name", "on_lr", "pending_latch", "priority", "target_vcpu", "vcpu",
    )  # fmt: skip

    def __init__(
        self,
        order: LockOrder,
        lock_class: LockClass,
        intid: int,
        config: Config,
        priority: int,
        target_vcpu: "Vcpu",
    ) -> None:
        self.intid = intid
        self.name = irq_name(intid, target_vcpu.vcpu_id)
        self.irq_lock = SpinLock(order, lock_class, self.name)
        self.ap_list: Node[VgicIrq] = Node(self, self.name)
        self.vcpu: Vcpu | None = None
        self.target_vcpu: Vcpu | None = target_vcpu
        self.line_level = False
        self.pending_latch = False
        self.active = False
        self.enabled = True
        self.on_lr = False
        self.priority = priority
        self.group = 1
        self.config = config

    def __str__(self) -> str:
        return self.name


def irq_is_pending(irq: VgicIrq) -> bool:
    """Tell whether the interrupt is pending outside any list register (irq_is_pending)."""
    return irq.pending_latch or (irq.config is LEVEL and irq.line_level)
