# SPDX-License-Identifier: GPL-2.0-only
"""kick_without_request: an injector that is too early for an IPI leaves nothing behind."""

from vgic.bugs.bug import Bug
from vgic.data import Vcpu
from vgic.revisions import FLUSHED_FIRST, FlushBeforeMode


class KickWithoutRequest(FlushBeforeMode):
    """The kick of kernels before mid 2017 (mended by 325f9c649c8a).

    A vCPU that has flushed but is not yet in guest mode gets no IPI, and without a request it does
    not look again: it enters the guest and sees the interrupt at some later exit, if ever. So the
    order of entry of that time belongs to it: who is in guest mode before he flushes gets the IPI.
    """

    never_crosses = FLUSHED_FIRST

    def announce_pending(self, vcpu: Vcpu) -> None:
        """Kick, and trust that somebody is there to be kicked."""
        self.kvm_vcpu_kick(vcpu)


RECORD = Bug(
    name="kick_without_request",
    cls=KickWithoutRequest,
    found_as=("I16 arrival unannounced", "I16 missed kick", "I17 halted too early"),
    guest_sees=True,
    date="2017",
    mended_by="325f9c649c8a",
)
