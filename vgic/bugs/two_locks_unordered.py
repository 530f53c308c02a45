# SPDX-License-Identifier: GPL-2.0-only
"""two_locks_unordered: prune takes its own lock first, then the other."""

from vgic.data import Vcpu
from vgic.revisions import V1


class TwoLocksUnordered(V1):
    """Prune takes its own ap_list_lock first and then the target's.

    Two vCPUs that move interrupts to each other at once each hold what the other one wants.
    """

    def migration_lock_order(self, vcpu: Vcpu, target: Vcpu) -> tuple[Vcpu, Vcpu]:
        """Take the own one first."""
        return vcpu, target
