# SPDX-License-Identifier: GPL-2.0-only
"""What the kernel does with LPIs, by name: their references, and redistributors that take them.

The kernel's other functions are in table.py, those of the ITS in its_side.py.
"""

from abc import abstractmethod

from vgic.data import Lpi, Vcpu, VgicIrq
from vgic.kernel.decisions import Decisions


class LpiSide(Decisions):
    """The functions that look LPIs up, take and drop references, and take them off lists."""

    @abstractmethod
    def vgic_get_irq(self, intid: int) -> Lpi | None:
        """Look an LPI up, and take a reference."""

    @abstractmethod
    def vgic_get_irq_ref(self, irq: VgicIrq) -> None:
        """Take another reference to an LPI."""

    @abstractmethod
    def vgic_put_irq(self, irq: VgicIrq) -> None:
        """Drop a reference to an LPI, and release it if that was the last."""

    @abstractmethod
    def vgic_put_irq_norelease(self, irq: VgicIrq) -> bool:
        """Drop a reference to an LPI; return whether it is still to be released."""

    @abstractmethod
    def vgic_release_lpi_locked(self, irq: VgicIrq) -> None:
        """Take an LPI out of the table, and have it freed."""

    @abstractmethod
    def vgic_release_deleted_lpis(self) -> None:
        """Release the LPIs that nobody has a reference to."""

    @abstractmethod
    def vgic_flush_pending_lpis(self, vcpu: Vcpu) -> None:
        """Take the LPIs of a vCPU off its list."""

    @abstractmethod
    def vgic_mmio_write_v3r_ctlr(self, target: Vcpu, enables: bool) -> None:
        """Enable or disable the LPIs of a vCPU's redistributor (GICR_CTLR.EnableLPIs)."""

    @abstractmethod
    def halts_for_lpis(self) -> bool:
        """Say whether the VM is halted to disable LPIs; see redistributor.py."""

    @abstractmethod
    def leaves_moved_lpi(self, vcpu: Vcpu, irq: VgicIrq) -> bool:
        """Say whether an LPI that has been moved stays on the list; see redistributor.py."""

    @abstractmethod
    def clears_flushed_latch(self) -> bool:
        """Say whether an LPI that is taken off is pending no more; see redistributor.py."""

    @abstractmethod
    def put_listed(self, irq: VgicIrq) -> bool:
        """Drop the reference that a list has to an LPI; see references.py."""

    @abstractmethod
    def holds_while_moving(self) -> bool:
        """Say whether prune has a reference while nothing is held; see references.py."""

    @abstractmethod
    def keeps_lpi_active(self) -> bool:
        """Say whether an LPI keeps its active state at an exit; see fold.py."""
