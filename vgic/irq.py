# SPDX-License-Identifier: GPL-2.0-only
"""One interrupt: struct vgic_irq as plain data, and the two predicates everybody asks."""

from enum import Enum
from typing import TYPE_CHECKING

from harness import LockClass, LockOrder, Node, SpinLock

if TYPE_CHECKING:
    from vgic.vm import Vcpu

FIRST_SPI = 32
LAST_SPI = 1019
PRIORITY_MASK = 0xF8
"""The bits of a priority byte that the emulated distributor implements."""


class Config(Enum):
    """How an interrupt is triggered (VGIC_CONFIG_EDGE, VGIC_CONFIG_LEVEL)."""

    EDGE = "edge"
    LEVEL = "level"


class VgicIrq:
    """A shared peripheral interrupt (include/kvm/arm_vgic.h, struct vgic_irq).

    Differs: no LPIs, so no reference count; nothing mapped to a physical interrupt.

    Attributes:
        irq_lock: guards all of the below.
        ap_list: its link; on exactly one vCPU's lists or on none.
        vcpu: the vCPU whose lists it is on, None if on none.
        target_vcpu: where it is routed to.
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
        self.name = f"spi {intid}"
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
    return irq.pending_latch or (irq.config is Config.LEVEL and irq.line_level)
