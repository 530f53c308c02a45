# SPDX-License-Identifier: GPL-2.0-only
"""kick_without_wake_up: a vCPU that sleeps is sent an IPI, if anything."""

from vgic.bugs.bug import Bug
from vgic.data import Vcpu
from vgic.kernel import Mechanism


class KickWithoutWakeUp(Mechanism):
    """Who has something for a vCPU takes it to be awake.

    One that sleeps while its guest waits for an interrupt is outside its guest, so it gets no IPI
    either: it sleeps on with a request that it does not look at. One that was paused sleeps on when
    the VM is resumed.
    """

    def kvm_vcpu_wake_up(self, vcpu: Vcpu) -> bool:
        """Find nobody asleep."""
        return False


RECORD = Bug(
    name="kick_without_wake_up",
    cls=KickWithoutWakeUp,
    found_as=("I16 missed kick", "lost wake-up"),
    guest_sees=True,
)
