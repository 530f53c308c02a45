# SPDX-License-Identifier: GPL-2.0-only
"""eoicount_plus_one: EOIcount is read as one more than it is."""

from vgic.bugs.bug import Bug
from vgic.data import Vcpu
from vgic.kernel import Mechanism


class EoicountPlusOne(Mechanism):
    """The walk consumes one more than EOIcount says.

    The next handler out loses its active state and may be entered again from within itself.
    """

    def eoicount_to_account(self, vcpu: Vcpu) -> int:
        """Count one too many, where there is anything to count."""
        eoicount = vcpu.vgic_cpu.vgic_hcr.eoicount
        return eoicount + 1 if eoicount else 0


RECORD = Bug(
    name="eoicount_plus_one",
    cls=EoicountPlusOne,
    found_as=("I13 active state lost",),
    guest_sees=True,
)
