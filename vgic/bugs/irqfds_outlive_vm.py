# SPDX-License-Identifier: GPL-2.0-only
"""irqfds_outlive_vm: a VM is destroyed while somebody still injects by an irqfd."""

from vgic.bugs.bug import Bug
from vgic.kernel import Mechanism


class IrqfdsOutliveVm(Mechanism):
    """User space's reference is dropped without waiting for who has begun to inject by an irqfd.

    An irqfd has no reference of the VM. Who has looked the interrupt up by then takes its lock, and
    queues it, when it is freed.
    """

    def wait_for_irqfds(self) -> None:
        """Wait for nobody."""


RECORD = Bug(
    name="irqfds_outlive_vm",
    cls=IrqfdsOutliveVm,
    found_as=("use after free", "I28 list head dangles"),
    guest_sees=False,
)
