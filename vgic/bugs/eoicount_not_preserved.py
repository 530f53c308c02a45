# SPDX-License-Identifier: GPL-2.0-only
"""eoicount_not_preserved: the exit throws EOIcount away."""

from vgic.data import Vcpu
from vgic.revisions import V1


class EoicountNotPreserved(V1):
    """The exit rewrites ICH_HCR_EL2 without saving EOIcount (mended by f4ded7b0848e).

    Whatever the guest ended outside the list registers stays active for ever.
    """

    def save_eoicount(self, vcpu: Vcpu) -> None:
        """Forget it."""
