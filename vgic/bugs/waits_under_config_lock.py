# SPDX-License-Identifier: GPL-2.0-only
"""waits_under_config_lock: the readers of the bus are waited for under a lock that they take."""

from vgic.bugs.bug import Bug
from vgic.kernel import Mechanism


class WaitsUnderConfigLock(Mechanism):
    """A device is taken off the bus with the config_lock held.

    Who emulates an access to an active state is a reader of the bus, and wants that lock: each
    waits for the other. So were the registers of redistributors put on the bus (mended by
    59112e9c390b), and so taken off it when their vCPUs ended.
    """

    def kvm_deassign_ioeventfd(self) -> None:
        """Hold both while waiting."""
        with self._ioctls.slots_lock, self.kvm.config_lock:
            self.kvm_io_bus_unregister_dev()


RECORD = Bug(
    name="waits_under_config_lock",
    cls=WaitsUnderConfigLock,
    found_as=("lock order", "deadlock"),
    guest_sees=False,
    date="2024-08",
    commit="9eb18136af9f",
    mended_by="f616506754d3",
)
