# SPDX-License-Identifier: GPL-2.0-only
"""Who is kicked when the distributor is turned on, in all that was ever shipped."""

from harness.engine import unnamed
from vgic.data import Vcpu
from vgic.kernel import Mechanism


class KicksByMask(Mechanism):
    """A vCPU is kicked if the mask that its guest had when it left last lets something in.

    A guest that has opened its mask since is not, and is told of nothing: docs/findings.md, F9.
    """

    @unnamed
    def has_something(self, vcpu: Vcpu) -> bool:
        """Ask as if the vCPU were to sleep."""
        return self.kvm_vgic_vcpu_pending_irq(vcpu)
