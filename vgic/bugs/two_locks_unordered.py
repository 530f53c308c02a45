# SPDX-License-Identifier: GPL-2.0-only
"""two_locks_unordered: prune takes its own lock first, then the other."""

from vgic.bugs.bug import Bug
from vgic.data import Vcpu
from vgic.kernel import Mechanism


class TwoLocksUnordered(Mechanism):
    """Prune takes its own ap_list_lock first and then the target's.

    Two vCPUs that move interrupts to each other at once each hold what the other one wants.
    """

    def migration_lock_order(self, vcpu: Vcpu, target: Vcpu) -> tuple[Vcpu, Vcpu]:
        """Take the own one first."""
        return vcpu, target


RECORD = Bug(
    name="two_locks_unordered",
    cls=TwoLocksUnordered,
    found_as=("lock nesting",),
    guest_sees=False,
)
