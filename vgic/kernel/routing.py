# SPDX-License-Identifier: GPL-2.0-only
"""The table of routes: by it an irqfd finds the interrupt that it raises.

It is read in a section of SRCU. Who injects out of the handler that wakes the irqfd stays in it
until he has queued the interrupt; who has a thread to do it leaves it when he has looked. Who
writes the table replaces it, and waits for those who may have the old one.
"""

from harness import kfree
from harness.engine import unnamed
from vgic.data import Vcpu
from vgic.kernel.table import Kernel


class Routing(Kernel):
    """irqchip.c: routes."""

    def kvm_set_irq(self, vcpu: Vcpu | None, intid: int, level: bool) -> int:
        """Look up what an irqfd means, and inject that.

        Models: irqchip.c, kvm_set_irq; eventfd.c, irqfd_wakeup, whose section lasts longer and is
            around this one.
        Locking: called with nothing held, from any context; looks in a read section of
            kvm->irq_srcu.
        Differs: every table has the same routes.

        Returns:
            what kvm_vgic_inject_irq returns.
        """
        ioctls = self._ioctls
        section = ioctls.irq_srcu.read_lock()
        ioctls.routes.load_acquire().use()
        ioctls.irq_srcu.read_unlock(section)
        return self.kvm_vgic_inject_irq(vcpu, intid, level)

    def kvm_set_irq_routing(self) -> None:
        """Replace the table of routes; free it when nobody goes by it (KVM_SET_GSI_ROUTING).

        Models: irqchip.c, kvm_set_irq_routing.
        Locking: called with nothing held, interrupts on; takes kvm->irq_lock, and waits without it.
        """
        ioctls = self._ioctls
        with ioctls.irq_lock:
            old = ioctls.routes.value
            ioctls.routes.store_release(ioctls.new_routes())
        self.wait_for_route_readers()
        kfree(old)

    @unnamed
    def wait_for_route_readers(self) -> None:
        """Wait for those who may go by the routes that were replaced.

        Models: irqchip.c, kvm_set_irq_routing, where it synchronizes.
        Locking: called with nothing held, interrupts on; may sleep.

        Decision: whether they are waited for.
        """
        self._ioctls.irq_srcu.synchronize()
