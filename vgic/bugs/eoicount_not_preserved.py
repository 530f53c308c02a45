# SPDX-License-Identifier: GPL-2.0-only
"""eoicount_not_preserved: the exit throws EOIcount away."""

from vgic.bugs.bug import Bug
from vgic.data import Vcpu
from vgic.kernel import Mechanism


class EoicountNotPreserved(Mechanism):
    """The exit rewrites ICH_HCR_EL2 without saving EOIcount (mended by f4ded7b0848e).

    Whatever the guest ended outside the list registers stays active for ever.
    """

    def save_eoicount(self, vcpu: Vcpu) -> None:
        """Forget it."""


RECORD = Bug(
    name="eoicount_not_preserved",
    cls=EoicountNotPreserved,
    found_as=("I13 stuck active",),
    guest_sees=True,
    date="2025-11",
    mended_by="f4ded7b0848e",
)
