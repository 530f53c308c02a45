# SPDX-License-Identifier: GPL-2.0-only
"""kvm_lock_in_run: what a guest accesses is emulated under a lock of ioctls."""

from vgic.bugs.bug import Bug
from vgic.data import Vcpu, VgicIrq
from vgic.kernel import Mechanism


class KvmLockInRun(Mechanism):
    """Active states are read under kvm->lock, as they were before there was a config_lock.

    Who reads them is in KVM_RUN, and has his vCPU's mutex; user space takes kvm->lock first and
    then those mutexes. And he is in a read section of the bus, for which others wait under
    kvm->lock. Mended in 6.4.
    """

    def vgic_mmio_read_active(self, vcpu: Vcpu, irq: VgicIrq) -> bool:
        """Take the lock of the whole VM first."""
        with self.kvm.lock:
            return super().vgic_mmio_read_active(vcpu, irq)


RECORD = Bug(
    name="kvm_lock_in_run",
    cls=KvmLockInRun,
    found_as=("lock order",),
    guest_sees=False,
    date="2023-03",
)
