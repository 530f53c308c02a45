# SPDX-License-Identifier: GPL-2.0-only
"""no_recheck_after_relock: prune moves an interrupt without looking again."""

from vgic.bugs.bug import Bug
from vgic.data import Vcpu, VgicIrq
from vgic.kernel import Mechanism


class NoRecheckAfterRelock(Mechanism):
    """Prune drops all locks to take two, and then trusts what it saw before.

    In between the interrupt may have been disabled, taken, or routed elsewhere.
    """

    def still_to_migrate(self, irq: VgicIrq, vcpu: Vcpu, target: Vcpu) -> bool:
        """Do not look."""
        return True


RECORD = Bug(
    name="no_recheck_after_relock",
    cls=NoRecheckAfterRelock,
    found_as=("I23 put on the wrong list",),
    guest_sees=False,
)
