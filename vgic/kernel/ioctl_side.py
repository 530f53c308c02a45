# SPDX-License-Identifier: GPL-2.0-only
"""What user space calls, by name: ioctls of a vCPU and of the VM, and what vCPUs read of theirs.

The kernel's other functions are in table.py.
"""

from abc import abstractmethod

from vgic.data import Exit, RunsInGuestMode, Vcpu, VgicIrq
from vgic.kernel.decisions import Decisions


class IoctlSide(Decisions):
    """The functions of ioctls, and those that go by what ioctls replace."""

    @abstractmethod
    def kvm_vcpu_ioctl(self, vcpu: Vcpu, guest: RunsInGuestMode) -> None:
        """Run a vCPU with its mutex held."""

    @abstractmethod
    def return_to_user_space(self, vcpu: Vcpu) -> None:
        """Have a vCPU's thread in user space, and call KVM_RUN again; see vcpu_ioctl.py."""

    @abstractmethod
    def kvm_trylock_all_vcpus(self) -> bool:
        """Take the mutexes of all vCPUs, or none of them."""

    @abstractmethod
    def kvm_unlock_all_vcpus(self) -> None:
        """Release the mutexes of all vCPUs."""

    @abstractmethod
    def vgic_v3_attr_regs_access(self) -> int:
        """Read the vGIC's registers for user space."""

    @abstractmethod
    def vgic_uaccess_read_active(self, irq: VgicIrq) -> bool:
        """Tell user space whether an interrupt is active."""

    @abstractmethod
    def kvm_handle_guest_abort(self, vcpu: Vcpu, access: Exit) -> None:
        """Emulate an access to what is on the bus."""

    @abstractmethod
    def kvm_deassign_ioeventfd(self) -> None:
        """Take a device off the bus for user space."""

    @abstractmethod
    def kvm_io_bus_unregister_dev(self) -> None:
        """Replace the bus by one that lacks a device, and free the old one."""

    @abstractmethod
    def kvm_set_irq(self, vcpu: Vcpu | None, intid: int, level: bool) -> int:
        """Look up what an irqfd or a line of user space means, and inject that."""

    @abstractmethod
    def kvm_set_irq_routing(self) -> None:
        """Replace the table of routes, and free the old one."""

    @abstractmethod
    def kvm_io_bus_destroy(self) -> None:
        """Free the bus, and the routes with it: the VM is being torn down."""

    @abstractmethod
    def wait_for_bus_readers(self) -> None:
        """Wait for those who may go by the bus that was replaced; see io_bus.py."""

    @abstractmethod
    def wait_for_route_readers(self) -> None:
        """Wait for those who may go by the routes that were replaced; see routing.py."""
