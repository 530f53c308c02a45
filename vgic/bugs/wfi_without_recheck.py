# SPDX-License-Identifier: GPL-2.0-only
"""wfi_without_recheck: a vCPU looks whether it may sleep, and then lies down."""

from vgic.bugs.bug import Bug
from vgic.data import TIF_SIGPENDING, Vcpu
from vgic.kernel import Mechanism


class WfiWithoutRecheck(Mechanism):
    """The vCPU looks for interrupts before it stands in the queue, and not again.

    What comes in between finds nobody to wake, and the vCPU sleeps over it.
    """

    def kvm_vcpu_block(self, vcpu: Vcpu) -> None:
        """Sleep until woken, unless there was something before."""
        goes_on = self.kvm_vcpu_check_block(vcpu)
        looked = False

        def woken() -> bool:
            nonlocal looked
            looked, before = True, looked
            return goes_on or before or bool(vcpu.work.bits & 1 << TIF_SIGPENDING)

        vcpu.wait.wait_event(woken, idle=True)


RECORD = Bug(
    name="wfi_without_recheck",
    cls=WfiWithoutRecheck,
    found_as=("I16 missed kick",),
    guest_sees=True,
)
