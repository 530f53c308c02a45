# SPDX-License-Identifier: GPL-2.0-only
"""How a vCPU is kept out of its guest, up to September 2026."""

from harness.engine import unnamed
from vgic.data import Vcpu
from vgic.kernel import Mechanism


class PauseIsFlag(Mechanism):
    """A pause is set or not: of two who halt the VM, who is done first resumes it for both.

    The other goes on in the belief that nobody has copies of what he changes.
    """

    @unnamed
    def add_to_pause(self, vcpu: Vcpu, amount: int) -> bool:
        """Set the flag, or clear it."""
        vcpu.pause.set(int(amount > 0))
        return amount < 0
