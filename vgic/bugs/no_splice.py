# SPDX-License-Identifier: GPL-2.0-only
"""no_splice: prune forgets the overflow list."""

from vgic.bugs.bug import Bug
from vgic.data import Vcpu
from vgic.kernel import Mechanism


class NoSplice(Mechanism):
    """Prune does not put the overflow back, so its entries are lost at the next flush."""

    def replug_overflow(self, vcpu: Vcpu) -> None:
        """Leave it where it is."""


RECORD = Bug(
    name="no_splice",
    cls=NoSplice,
    found_as=("I3 overflow left behind",),
    guest_sees=True,
    applies_to=("reference", "v1-posted"),
)
