# SPDX-License-Identifier: GPL-2.0-only
"""The end of a VM: irqfds are shut down, and the last who has it open frees its interrupts.

A vCPU has the VM open for as long as its file is, and so has whoever is in an ioctl of either: none
of them can meet the end. What can is an irqfd, which has no file of the VM. So it is shut down when
user space closes the VM, and who injects by one at that moment is waited for: all that before user
space's reference is dropped.
"""

from harness import kfree
from harness.engine import unnamed
from vgic.data import MortalIrq
from vgic.kernel.table import Kernel


class Teardown(Kernel):
    """kvm_main.c, eventfd.c and vgic-init.c: the end."""

    def kvm_vm_release(self) -> None:
        """Close the VM for user space.

        Models: kvm_main.c, kvm_vm_release.
        Locking: called with nothing held, interrupts on; may sleep.
        """
        self.kvm_irqfd_release()
        self.kvm_put_kvm()

    def kvm_irqfd_release(self) -> None:
        """Shut down all irqfds; return when nobody injects by one any more.

        Models: eventfd.c, kvm_irqfd_release, with the work that irqfd_shutdown does for each.
        Locking: called with nothing held, interrupts on; may sleep.
        """
        if self.kvm.lifetime is not None:
            self.kvm.lifetime.shut_irqfds()
        self.wait_for_irqfds()

    @unnamed
    def wait_for_irqfds(self) -> None:
        """Wait until who has begun to inject by an irqfd has returned.

        Models: eventfd.c, irqfd_shutdown, which takes it off its eventfd's queue, under the lock
            that whoever signals holds, and flushes its work; kvm_irqfd_release waits for all those.
        Locking: called with nothing held, interrupts on; may sleep.

        Decision: whether those under way are waited for.
        """
        if self.kvm.lifetime is not None:
            self.kvm.lifetime.injecting.synchronize()

    def kvm_put_kvm(self) -> None:
        """Close the VM, for a vCPU or for user space; the last to do so destroys it.

        Models: kvm_main.c, kvm_put_kvm; kvm_destroy_vm; arm.c, kvm_arch_destroy_vm.
        Locking: called with nothing held, interrupts on; may sleep.
        Differs: of the VM there is the vGIC alone; its vCPUs are not freed.
        """
        lifetime = self.kvm.lifetime
        if lifetime is not None and lifetime.users.dec_and_test():
            self.kvm_vgic_destroy()
            if self.kvm.dist.lpis is not None:
                self.vgic_its_destroy()
            if self.kvm.ioctls is not None:
                self.kvm_io_bus_destroy()
            lifetime.is_destroyed = True

    def kvm_vgic_destroy(self) -> None:
        """Free what the vGIC has: what is on lists is forgotten, and goes with the rest.

        Models: vgic-init.c, kvm_vgic_destroy, kvm_vgic_dist_destroy.
        Locking: called with nothing held, interrupts on; takes the config_lock. Nobody else has the
            VM open.
        """
        for vcpu in self.kvm.vcpus:
            self.kvm_vgic_vcpu_destroy(vcpu)
        with self.kvm.config_lock:
            for irq in self.kvm.dist.spis.values():
                if isinstance(irq, MortalIrq):
                    kfree(irq)
