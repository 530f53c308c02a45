# SPDX-License-Identifier: GPL-2.0-only
"""What the host does with the thread of a vCPU, by name: load, put, sleep, halt.

The kernel's other functions are in table.py.
"""

from abc import abstractmethod

from vgic.data import Vcpu
from vgic.kernel.decisions import Decisions


class HostSide(Decisions):
    """The functions by which a vCPU comes to a CPU, and leaves it while it has no use for it."""

    @abstractmethod
    def xfer_to_guest_mode_handle_work(self, vcpu: Vcpu) -> None:
        """Do what the host wants of the vCPU's thread before it goes on."""

    @abstractmethod
    def vcpu_load(self, vcpu: Vcpu) -> None:
        """Put a vCPU on a CPU."""

    @abstractmethod
    def vcpu_put(self, vcpu: Vcpu) -> None:
        """Take a vCPU off its CPU."""

    @abstractmethod
    def kvm_vgic_put(self, vcpu: Vcpu) -> None:
        """Save the guest's priority mask."""

    @abstractmethod
    def kvm_vcpu_wfi(self, vcpu: Vcpu) -> None:
        """Have a vCPU sleep until there is something for it."""

    @abstractmethod
    def kvm_vcpu_block(self, vcpu: Vcpu) -> None:
        """Sleep until there is something to do; stand in the queue before each look."""

    @abstractmethod
    def kvm_vcpu_check_block(self, vcpu: Vcpu) -> bool:
        """Tell whether a vCPU is not to sleep."""

    @abstractmethod
    def kvm_arch_vcpu_runnable(self, vcpu: Vcpu) -> bool:
        """Tell whether there is something for the guest."""

    @abstractmethod
    def kvm_vgic_vcpu_pending_irq(self, vcpu: Vcpu) -> bool:
        """Tell whether an interrupt on the AP-list wants the guest."""

    @abstractmethod
    def kvm_arm_halt_guest(self) -> None:
        """Get every vCPU out of its guest, its list registers folded, and keep it out."""

    @abstractmethod
    def kvm_arm_resume_guest(self) -> None:
        """Let the vCPUs into their guests again that nobody else has halted."""

    @abstractmethod
    def halt(self) -> None:
        """Halt the VM, and announce it; see halt.py."""

    @abstractmethod
    def resume(self) -> None:
        """Announce that the VM is resumed, and do it; see halt.py."""

    @abstractmethod
    def kvm_vcpu_sleep(self, vcpu: Vcpu) -> None:
        """Sleep until nobody has the vCPU paused."""

    @abstractmethod
    def kvm_vm_release(self) -> None:
        """Close the VM for user space."""

    @abstractmethod
    def kvm_irqfd_release(self) -> None:
        """Shut down all irqfds; return when nobody injects by one any more."""

    @abstractmethod
    def kvm_put_kvm(self) -> None:
        """Close the VM; the last to do so destroys it."""

    @abstractmethod
    def kvm_vgic_destroy(self) -> None:
        """Free what the vGIC has."""

    @abstractmethod
    def kvm_vcpu_wake_up(self, vcpu: Vcpu) -> bool:
        """Wake a vCPU that sleeps or blocks; return whether it did."""
