# SPDX-License-Identifier: GPL-2.0-only
"""What is otherwise with a GICv2, by name: its list registers, and the registers that it alone has.

The kernel's other functions are in table.py; which of those a VM with a GICv2 does without is in
on_gicv2.py.
"""

from abc import abstractmethod

from vgic.data import Vcpu, VgicIrq
from vgic.hardware import ListRegister
from vgic.kernel.decisions import Decisions
from vgic.kernel.summary import ApListSummary


class V2Side(Decisions):
    """The functions of a VM with a GICv2."""

    @abstractmethod
    def vgic_v2_compute_lr(self, vcpu: Vcpu, irq: VgicIrq) -> ListRegister:
        """Say what a list register for this interrupt would hold, changing nothing."""

    @abstractmethod
    def vgic_v2_populate_lr(self, vcpu: Vcpu, irq: VgicIrq, lr: int) -> None:
        """Fill a shadow list register; of an SGI one source moves into it."""

    @abstractmethod
    def vgic_v2_fold_lr(self, vcpu: Vcpu, lr: ListRegister) -> None:
        """Take one list register's state back into its interrupt."""

    @abstractmethod
    def vgic_v2_configure_hcr(self, vcpu: Vcpu, summary: ApListSummary) -> None:
        """Set the enables of the maintenance interrupt afresh; DIR is trapped by its page."""

    @abstractmethod
    def vgic_v2_deactivate(self, vcpu: Vcpu, intid: int, source: int) -> None:
        """Deactivate an interrupt for a guest, wherever it is (GICV_DIR)."""

    @abstractmethod
    def vgic_mmio_write_sgir(self, vcpu: Vcpu, target: Vcpu, intid: int) -> None:
        """Send a software-generated interrupt to a vCPU (GICD_SGIR)."""

    @abstractmethod
    def vgic_mmio_write_target(self, irq: VgicIrq, targets: int) -> None:
        """Route a shared interrupt to one of some vCPUs (GICD_ITARGETSR)."""

    @abstractmethod
    def vgic_mmio_write_v2_misc(self, enabled: bool) -> None:
        """Turn the distributor on or off (GICD_CTLR of a GICv2)."""

    # Decisions.

    @abstractmethod
    def take_source(self, irq: VgicIrq, lr: ListRegister) -> None:
        """Move one source of an SGI into its list register; see gicv2.py."""

    @abstractmethod
    def fold_source(self, irq: VgicIrq, lr: ListRegister) -> None:
        """Take the source of an SGI back out of its list register; see gicv2.py."""

    @abstractmethod
    def asks_for_end(self, irq: VgicIrq) -> bool:
        """Say whether the host is to hear of the end of an SGI; see gicv2.py."""

    @abstractmethod
    def is_of_source(self, irq: VgicIrq, source: int) -> bool:
        """Say whether a write of DIR means the SGI that is active; see gicv2.py."""

    @abstractmethod
    def turns_one_by_one(self) -> bool:
        """Say whether who turns a GICv2's distributor waits for others; see mmio_v2.py."""
