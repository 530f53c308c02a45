# SPDX-License-Identifier: GPL-2.0-only
"""When a vCPU says that it is in its guest, and when that it is out, up to September 2026."""

from harness.engine import unnamed
from vgic.data import IN_GUEST_MODE, Vcpu
from vgic.kernel import Mechanism


class FlushBeforeMode(Mechanism):
    """The list registers are filled before the mode is published and the requests are looked at.

    So a request that is found then finds them filled: the entry is aborted, and all of it folded
    again. Whoever halts the VM sees the vCPU outside while it fills them.
    """

    @unnamed
    def enter_guest_mode(self, vcpu: Vcpu) -> bool:
        """Fill the list registers, publish the mode, and look."""
        self.flush(vcpu)
        vcpu.mode.write(IN_GUEST_MODE)
        if self.kvm_vcpu_exit_request(vcpu):
            self.trace.aborted(vcpu.vcpu_id)
            self.exit_guest_mode(vcpu)
            return False
        return True


class OutsideBeforeSync(Mechanism):
    """The vCPU is outside, for others, before its list registers are folded."""

    def leaves_guest_mode_before_sync(self) -> bool:
        """Let others see the vCPU outside while its list registers are still to be folded."""
        return True
