# SPDX-License-Identifier: GPL-2.0-only
"""What the kernel does with LPIs, by name: their references, and the MSIs that make them pending.

The kernel's other functions are in table.py.
"""

from abc import abstractmethod

from vgic.data import Lpi, Vcpu, VgicIrq
from vgic.kernel.decisions import Decisions


class LpiSide(Decisions):
    """The functions that look LPIs up, take and drop references, and send MSIs."""

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
    def vgic_its_inject_msi(self, event: int) -> int:
        """Take in the message of a device's event."""

    @abstractmethod
    def vgic_its_trigger_msi(self, event: int) -> int:
        """Make the LPI pending that an event is mapped to, with the ITS locked."""

    @abstractmethod
    def vgic_its_resolve_lpi(self, event: int) -> Lpi | int:
        """Find the LPI that an event is mapped to, with the ITS locked, and remember that."""

    @abstractmethod
    def vgic_its_check_cache(self, event: int) -> Lpi | None:
        """Look up what an event was translated to, and take a reference."""

    @abstractmethod
    def vgic_its_cache_translation(self, event: int, irq: Lpi) -> None:
        """Remember what an event is translated to, with a reference."""

    @abstractmethod
    def vgic_its_inject_cached_translation(self, event: int) -> int:
        """Make the LPI pending that an event was translated to lately."""

    @abstractmethod
    def vgic_its_invalidate_cache(self) -> None:
        """Forget all translations, and drop their references."""

    @abstractmethod
    def vgic_its_cmd_handle_movi(self, event: int, target: Vcpu) -> int:
        """Route the LPI of an event to another vCPU (MOVI)."""

    @abstractmethod
    def vgic_its_cmd_handle_discard(self, event: int) -> int:
        """Have an event mapped to nothing (DISCARD)."""

    @abstractmethod
    def vgic_its_destroy(self) -> None:
        """Drop the references of all events."""

    @abstractmethod
    def vgic_flush_pending_lpis(self, vcpu: Vcpu) -> None:
        """Take all LPIs off a vCPU's list."""

    @abstractmethod
    def vgic_mmio_write_v3r_ctlr(self, target: Vcpu, enables: bool) -> None:
        """Enable or disable the LPIs of a vCPU's redistributor (GICR_CTLR.EnableLPIs)."""

    @abstractmethod
    def halts_for_lpis(self) -> bool:
        """Say whether the VM is halted to disable LPIs; see redistributor.py."""

    @abstractmethod
    def clears_flushed_latch(self) -> bool:
        """Say whether an LPI that is taken off is pending no more; see redistributor.py."""

    @abstractmethod
    def puts_found_translation(self) -> bool:
        """Say whose reference is dropped with a translation; see translations.py."""

    @abstractmethod
    def put_listed(self, irq: VgicIrq) -> bool:
        """Drop the reference that a list has to an LPI; see references.py."""

    @abstractmethod
    def holds_while_moving(self) -> bool:
        """Say whether prune has a reference while nothing is held; see references.py."""

    @abstractmethod
    def keeps_lpi_active(self) -> bool:
        """Say whether an LPI keeps its active state at an exit; see fold.py."""
