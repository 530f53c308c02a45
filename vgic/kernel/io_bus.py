# SPDX-License-Identifier: GPL-2.0-only
"""The bus of MMIO: by what is on it a vCPU finds what its guest has accessed.

A vCPU goes by it in a read section of SRCU, which lasts until the access is emulated, and in which
it may take the config_lock. Who changes the bus replaces it, and waits for those who may go by the
old one: so he must not have what they take in their sections.
"""

from harness import kfree
from harness.engine import unnamed
from vgic.data import Exit, Vcpu
from vgic.kernel.table import Kernel


class Bus(Kernel):
    """mmu.c, mmio.c, eventfd.c and kvm_main.c: the bus."""

    def kvm_handle_guest_abort(self, vcpu: Vcpu, access: Exit) -> None:
        """Emulate an access to what is on the bus, in a read section.

        Models: mmu.c, kvm_handle_guest_abort; mmio.c, io_mem_abort; kvm_main.c, kvm_io_bus_write.
        Locking: called with the vCPU's mutex held, interrupts on; what emulation takes it takes in
            a read section of kvm->srcu.
        Differs: registers of a device of user space are emulated here as well, and are no exit to
            user space.
        """
        ioctls = self._ioctls
        section = ioctls.srcu.read_lock()
        ioctls.bus.load_acquire().use()
        access.emulate(self, vcpu)
        ioctls.srcu.read_unlock(section)

    def kvm_deassign_ioeventfd(self) -> None:
        """Take a device of user space off the bus (KVM_IOEVENTFD).

        Models: eventfd.c, kvm_deassign_ioeventfd_idx.
        Locking: called with nothing held, interrupts on; takes the slots_lock. May sleep.
        Differs: nobody accesses that device.
        """
        with self._ioctls.slots_lock:
            self.kvm_io_bus_unregister_dev()

    def kvm_io_bus_unregister_dev(self) -> None:
        """Replace the bus by one that lacks a device; free it when nobody goes by it any more.

        Models: kvm_main.c, kvm_io_bus_unregister_dev.
        Locking: called with the slots_lock held, and none that is taken in a section. May sleep.
        """
        ioctls = self._ioctls
        ioctls.slots_lock.assert_held()
        old = ioctls.bus.value
        ioctls.bus.store_release(ioctls.new_bus())
        self.wait_for_bus_readers()
        kfree(old)

    @unnamed
    def wait_for_bus_readers(self) -> None:
        """Wait for those who may go by the bus that was replaced.

        Models: kvm_main.c, kvm_io_bus_unregister_dev, where it synchronizes.
        Locking: called with the slots_lock held, and none that is taken in a section. May sleep.

        Decision: whether they are waited for.
        """
        self._ioctls.srcu.synchronize()

    def kvm_io_bus_destroy(self) -> None:
        """Free the bus, and the table of routes with it: nobody is left who could go by them.

        Models: kvm_main.c, kvm_destroy_vm with kvm_io_bus_destroy and kvm_free_irq_routing.
        Locking: called with nothing held.
        """
        ioctls = self._ioctls
        kfree(ioctls.bus.value)
        kfree(ioctls.routes.value)
