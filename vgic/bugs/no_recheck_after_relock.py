# SPDX-License-Identifier: GPL-2.0-only
"""no_recheck_after_relock: prune moves an interrupt without looking again."""

from vgic.data import Vcpu, VgicIrq
from vgic.revisions import V1


class NoRecheckAfterRelock(V1):
    """Prune drops all locks to take two, and then trusts what it saw before.

    In between the interrupt may have been disabled, taken, or routed elsewhere.
    """

    def still_to_migrate(self, irq: VgicIrq, vcpu: Vcpu, target: Vcpu) -> bool:
        """Do not look."""
        return True
