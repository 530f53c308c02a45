# SPDX-License-Identifier: GPL-2.0-only
"""inits_in_injection: who injects takes a mutex first."""

from vgic.bugs.bug import Bug
from vgic.data import Vcpu
from vgic.kernel import Mechanism


class InitsInInjection(Mechanism):
    """Injection makes sure under the config_lock that the vGIC is initialised.

    An irqfd injects with interrupts off, or out of a handler, where nobody may sleep; and who has
    that lock may wait for the very vCPU on top of which the handler runs.
    """

    def kvm_vgic_inject_irq(self, vcpu: Vcpu | None, intid: int, level: bool) -> int:
        """Have the lock for as long as it takes to look."""
        with self.kvm.config_lock:
            self.scheduler.note("the vGIC is initialised")
        return super().kvm_vgic_inject_irq(vcpu, intid, level)


RECORD = Bug(
    name="inits_in_injection",
    cls=InitsInInjection,
    found_as=("sleep in atomic", "sleep in a handler", "lock recursion"),
    guest_sees=False,
)
