# SPDX-License-Identifier: GPL-2.0-only
"""accessed_while_running: user space reads the vGIC's registers while vCPUs are in their guests."""

from vgic.bugs.bug import Bug
from vgic.kernel import Mechanism


class AccessedWhileRunning(Mechanism):
    """The vGIC's registers are read with kvm->lock held, and without the mutexes of vCPUs.

    What is in a list register is there and not in memory: user space reads as not active what a
    guest is handling.
    """

    def kvm_trylock_all_vcpus(self) -> bool:
        """Say that it has them."""
        return True

    def kvm_unlock_all_vcpus(self) -> None:
        """Release none."""


RECORD = Bug(
    name="accessed_while_running",
    cls=AccessedWhileRunning,
    found_as=("I36 accessed while running",),
    guest_sees=False,
)
