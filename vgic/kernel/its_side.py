# SPDX-License-Identifier: GPL-2.0-only
"""What an ITS does, by name: messages, the cache of translations, and the guests' commands.

The kernel's other functions are in table.py, references to LPIs in lpi_side.py.
"""

from abc import abstractmethod

from vgic.data import Collection, Lpi, Vcpu
from vgic.kernel.decisions import Decisions


class ItsSide(Decisions):
    """The functions of vgic-its.c."""

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
    def vgic_its_cmd_handle_mapi(self, event: int, intid: int, number: int) -> int:
        """Map an event to an LPI, and that to a collection (MAPI, MAPTI)."""

    @abstractmethod
    def vgic_its_map_lpi(self, irq: Lpi, target: Vcpu | None) -> int:
        """Have an LPI mapped by an event, and by no other."""

    @abstractmethod
    def its_free_ite(self, event: int) -> None:
        """Have an event mapped to nothing, with the ITS locked."""

    @abstractmethod
    def vgic_its_cmd_handle_mapd(self, device: int, valid: bool) -> int:
        """Map a device, or have it mapped no more (MAPD)."""

    @abstractmethod
    def vgic_its_free_device(self, device: int) -> None:
        """Have all events of a device mapped to nothing."""

    @abstractmethod
    def vgic_its_cmd_handle_mapc(self, number: int, target: Vcpu | None) -> int:
        """Have a collection go to a vCPU, or be no more (MAPC)."""

    @abstractmethod
    def vgic_its_free_collection(self, number: int) -> None:
        """Have a collection be no more."""

    @abstractmethod
    def update_affinity_collection(self, collection: Collection) -> None:
        """Route the LPIs of a collection to its vCPU."""

    @abstractmethod
    def update_affinity(self, irq: Lpi, target: Vcpu | None) -> None:
        """Route an LPI to a vCPU."""

    @abstractmethod
    def vgic_its_cmd_handle_movall(self, source: Vcpu, target: Vcpu) -> int:
        """Route all LPIs of a vCPU to another (MOVALL)."""

    @abstractmethod
    def vgic_its_cmd_handle_int(self, event: int) -> int:
        """Make the LPI of an event pending (INT)."""

    @abstractmethod
    def vgic_its_cmd_handle_clear(self, event: int) -> int:
        """Take the pending state of an event's LPI away (CLEAR)."""

    @abstractmethod
    def vgic_add_lpi(self, intid: int, target: Vcpu | None) -> Lpi:
        """Return the LPI of an INTID with a reference, made if there is none."""

    @abstractmethod
    def update_lpi_config(self, irq: Lpi, only_on: Vcpu | None) -> None:
        """Read the configuration of an LPI, and queue it if it is pending."""

    @abstractmethod
    def vgic_its_cmd_handle_inv(self, event: int) -> int:
        """Read the configuration of an event's LPI again (INV)."""

    @abstractmethod
    def vgic_its_cmd_handle_invall(self, number: int) -> int:
        """Read the configuration of a vCPU's LPIs again (INVALL)."""

    @abstractmethod
    def puts_found_translation(self) -> bool:
        """Say whose reference is dropped with a translation; see translations.py."""

    @abstractmethod
    def is_moved_from(self, irq: Lpi, source: Vcpu) -> bool:
        """Say whether an LPI is moved from a vCPU; see its_routing.py."""

    @abstractmethod
    def halts_for_movall(self) -> bool:
        """Say whether the VM is halted to move all LPIs; see its_routing.py."""

    @abstractmethod
    def clear_pending(self, irq: Lpi) -> None:
        """Take the pending state of an LPI away; see its.py."""
