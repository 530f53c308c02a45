# SPDX-License-Identifier: GPL-2.0-only
"""What the guest of a GICv2 has open: it reads with an SGI who has sent it."""

from harness.engine import observes
from vgic.data import Kvm, Vcpu, is_sgi
from vgic.guest.open_handlers import OpenHandlers
from vgic.tracepoints import Tracepoints

observes(__name__)


class SourcedHandlers(OpenHandlers):
    """The handlers of a guest that is told the sources of its SGIs.

    Differs: hardware finds a list register by its INTID alone, also where an SGI is ended: there is
        never another of that INTID.
    """

    def __init__(self, kvm: Kvm, vcpu: Vcpu, trace: Tracepoints) -> None:
        super().__init__(kvm, vcpu, trace)
        self._sources: dict[int, int] = {}

    def acknowledge(self) -> None:
        """Read IAR, which has the source of an SGI beside its INTID."""
        signalled = self._vcpu.cpuif.highest_pending()
        if signalled is not None and is_sgi(signalled.intid):
            self._sources[signalled.intid] = signalled.source
            self._kvm.scheduler.note("guest reads a source", signalled.source)
            self._trace.sourced(self._vcpu.vcpu_id, signalled.source)
        super().acknowledge()

    def source_of(self, intid: int) -> int:
        """Return who has sent an SGI that it has acknowledged last; 0 for anything else."""
        return self._sources[intid] if is_sgi(intid) else 0
