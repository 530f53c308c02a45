# SPDX-License-Identifier: GPL-2.0-only
"""What guests' accesses to registers come to, by name: the distributor's, and those that trap.

The kernel's other functions are in table.py.
"""

from abc import abstractmethod

from vgic.data import Config, Vcpu, VgicIrq
from vgic.kernel.decisions import Decisions


class RegisterSide(Decisions):
    """The functions that emulate an access."""

    @abstractmethod
    def vgic_mmio_write_senable(self, irq: VgicIrq) -> None:
        """Enable an interrupt (GICD_ISENABLER), and queue it if it is pending."""

    @abstractmethod
    def vgic_mmio_write_cenable(self, irq: VgicIrq) -> None:
        """Disable an interrupt (GICD_ICENABLER); nobody is kicked."""

    @abstractmethod
    def vgic_mmio_write_spending(self, irq: VgicIrq) -> None:
        """Make an interrupt pending by software (GICD_ISPENDR), and queue it."""

    @abstractmethod
    def vgic_mmio_write_cpending(self, irq: VgicIrq) -> None:
        """Take an interrupt's pending latch away (GICD_ICPENDR); nobody is kicked."""

    @abstractmethod
    def vgic_mmio_write_priority(self, irq: VgicIrq, priority: int) -> None:
        """Give an interrupt another priority (GICD_IPRIORITYR); neither queued nor kicked."""

    @abstractmethod
    def vgic_mmio_write_group(self, irq: VgicIrq, group: int) -> None:
        """Put an interrupt into a group (GICD_IGROUPR), and queue it if it is pending."""

    @abstractmethod
    def vgic_mmio_write_config(self, irq: VgicIrq, config: Config) -> None:
        """Have an interrupt triggered otherwise (GICD_ICFGR); neither queued nor kicked."""

    @abstractmethod
    def vgic_mmio_write_v3_misc(self, enabled: bool) -> None:
        """Turn the distributor on or off (GICD_CTLR)."""

    @abstractmethod
    def vgic_kick_vcpus(self) -> None:
        """Make every vCPU look that has something on its list."""

    @abstractmethod
    def vgic_mmio_read_pending(self, irq: VgicIrq) -> bool:
        """Tell a guest whether an interrupt is pending (GICD_ISPENDR)."""

    @abstractmethod
    def vgic_mmio_read_active(self, vcpu: Vcpu, irq: VgicIrq) -> bool:
        """Tell a guest whether an interrupt is active (GICD_ISACTIVER)."""

    @abstractmethod
    def vgic_mmio_write_sactive(self, vcpu: Vcpu, irq: VgicIrq) -> None:
        """Make an interrupt active (GICD_ISACTIVER), and queue it."""

    @abstractmethod
    def vgic_mmio_write_cactive(self, vcpu: Vcpu, irq: VgicIrq) -> None:
        """Take an interrupt's active state away (GICD_ICACTIVER)."""

    @abstractmethod
    def vgic_mmio_change_active(self, irq: VgicIrq, active: bool) -> None:
        """Change an interrupt's active state; what is active goes on a list."""

    @abstractmethod
    def vgic_v3_write_dir(self, vcpu: Vcpu, intid: int) -> bool:
        """Deactivate what the vCPU's own list registers have active (ICC_DIR_EL1)."""

    @abstractmethod
    def vgic_v3_deactivate(self, vcpu: Vcpu, intid: int) -> None:
        """Deactivate an interrupt for a guest, wherever it is."""

    @abstractmethod
    def vgic_mmio_write_irouter(self, irq: VgicIrq, target: Vcpu) -> None:
        """Route a shared interrupt to another vCPU (GICD_IROUTER); neither queued nor kicked."""

    @abstractmethod
    def vgic_v3_dispatch_sgi(self, target: Vcpu, intid: int) -> None:
        """Send a software-generated interrupt to a vCPU (ICC_SGI1R_EL1)."""
