# SPDX-License-Identifier: GPL-2.0-only
"""The ioctls of vCPUs and of the vGIC's device: who has a vCPU's mutex has it out of its guest.

Each KVM_RUN has the mutex of its vCPU from beginning to end. Who reads what vCPUs change takes the
mutexes of all: he only tries, since a vCPU may stay in its guest for as long as it likes, and fails
where one is there. Where user space calls nothing beside its vCPUs nobody takes these mutexes: none
could ever be waited for.
"""

from vgic.data import RunsInGuestMode, Vcpu, VgicIrq, is_lpi
from vgic.kernel.its import EBUSY
from vgic.kernel.table import Kernel


class VcpuIoctl(Kernel):
    """kvm_main.c and vgic-kvm-device.c."""

    def kvm_vcpu_ioctl(self, vcpu: Vcpu, guest: RunsInGuestMode) -> None:
        """Run a vCPU with its mutex held (KVM_RUN).

        Models: kvm_main.c, kvm_vcpu_ioctl.
        Locking: called with nothing held, interrupts on; takes the vCPU's mutex where somebody else
            may.
        """
        ioctls = self.kvm.ioctls
        if ioctls is None:
            self.kvm_arch_vcpu_ioctl_run(vcpu, guest)
            return
        with ioctls.mutexes[vcpu.vcpu_id]:
            self.kvm_arch_vcpu_ioctl_run(vcpu, guest)

    def return_to_user_space(self, vcpu: Vcpu) -> None:
        """Have a vCPU's thread in user space for a signal, and call KVM_RUN again.

        Models: kvm_main.c, kvm_vcpu_ioctl, its end and its beginning; and user space between, which
            has its thread wait if it has stopped its vCPUs.
        Locking: called with the vCPU's mutex alone held, interrupts on; lets go of it and takes it
            again.
        """
        ioctls = self._ioctls
        mutex = ioctls.mutexes[vcpu.vcpu_id]
        mutex.unlock()
        if ioctls.calls_back.read():
            ioctls.away.fetch_add(1)
            ioctls.waits.wake_up()
            ioctls.waits.wait_event(lambda: not ioctls.calls_back.read())
            ioctls.away.fetch_add(-1)
        mutex.lock()

    def kvm_trylock_all_vcpus(self) -> bool:
        """Take the mutexes of all vCPUs, or none; return whether they are taken.

        Models: kvm_main.c, kvm_trylock_all_vcpus.
        Locking: called with kvm->lock held, so that two who do so do not fail for each other.
        """
        ioctls = self._ioctls
        ioctls.lock.assert_held()
        for n, mutex in enumerate(ioctls.mutexes):
            if not mutex.trylock():
                for taken in ioctls.mutexes[:n]:
                    taken.unlock()
                return False
        return True

    def kvm_unlock_all_vcpus(self) -> None:
        """Release the mutexes of all vCPUs.

        Models: kvm_main.c, kvm_unlock_all_vcpus.
        Locking: called with kvm->lock and all of them held.
        """
        for mutex in self._ioctls.mutexes:
            mutex.unlock()

    def vgic_v3_attr_regs_access(self) -> int:
        """Read the active states of all interrupts for user space (KVM_GET_DEVICE_ATTR).

        Models: vgic-kvm-device.c, vgic_v3_attr_regs_access, for GICD_ISACTIVER and GICR_ISACTIVER0.
        Locking: called with nothing held, interrupts on, by a thread of user space; takes
            kvm->lock, all vCPUs' mutexes, and the config_lock.
        Differs: nothing else is read, and nothing is written.

        Returns:
            0, or -EBUSY if a vCPU is in KVM_RUN.
        """
        with self._ioctls.lock:
            if not self.kvm_trylock_all_vcpus():
                self.trace.found_busy()
                return -EBUSY
            self.trace.stopped()
            with self.kvm.config_lock:
                for irq in self.kvm.irqs:
                    if not is_lpi(irq.intid):
                        self.vgic_uaccess_read_active(irq)
            self.trace.continuing()
            self.kvm_unlock_all_vcpus()
        return 0

    def vgic_uaccess_read_active(self, irq: VgicIrq) -> bool:
        """Tell user space whether an interrupt is active.

        Models: vgic-mmio.c, vgic_uaccess_read_active.
        Locking: called with kvm->lock, all vCPUs' mutexes and the config_lock held; takes no
            irq_lock: who changes active states is a vCPU.
        """
        active = irq.active
        self.scheduler.note("read of", irq, "active" if active else "not active")
        return active
